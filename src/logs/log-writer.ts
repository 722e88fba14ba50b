import type { ObjectStore } from '../store/port.js';
import { chunkName } from './log-keys.js';
import type { LogLine } from './log-line.js';

/** Takes the lines of one attempt. It makes no request to the store before the first line. */
export interface LogWriter {
  write(line: Omit<LogLine, 'at'>): void;
  /** Resolves when all lines are stored; never rejects. */
  close(): Promise<void>;
}

export interface LogLimits {
  /** Longest time that a line waits to be stored. */
  readonly flushMs: number;
  readonly chunkBytes: number;
  /** Per attempt; further lines are dropped, except for the last `tailLines`. */
  readonly attemptBytes: number;
  readonly tailLines: number;
  readonly messageCharacters: number;
}

const LIMITS: LogLimits = {
  flushMs: 2_000,
  chunkBytes: 256 * 1024,
  attemptBytes: 8 * 1024 * 1024,
  tailLines: 200,
  messageCharacters: 16 * 1024,
};

/**
 * Stores lines in chunks under `prefix`. Memory is bounded by the limits, however much is written. A chunk that cannot be stored is lost and
 * told to `onProblem`: a log must not fail its step.
 */
export function openLogWriter(
  objects: Pick<ObjectStore, 'put'>,
  prefix: string,
  onProblem: (error: unknown) => void,
  limits: LogLimits = LIMITS,
): LogWriter {
  const tail = new Tail(limits.tailLines);
  let pending: string[] = [];
  let pendingBytes = 0;
  let firstLineMs = 0;
  let acceptedBytes = 0;
  let dropped = 0;
  let chunks = 0;
  let timer: NodeJS.Timeout | null = null;
  let storing = Promise.resolve();

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (pending.length === 0) return;
    const key = prefix + chunkName(firstLineMs, chunks);
    const bytes = Buffer.from(pending.join(''));
    chunks += 1;
    pending = [];
    pendingBytes = 0;
    storing = storing.then(() => objects.put(key, bytes)).then(() => undefined, onProblem);
  };
  const accept = (text: string): void => {
    // A clock that was set back must not put a later chunk before an earlier one.
    if (pending.length === 0) firstLineMs = Math.max(firstLineMs, Date.now());
    pending.push(text);
    pendingBytes += text.length;
    if (pendingBytes >= limits.chunkBytes) flush();
    else timer ??= setTimeout(flush, limits.flushMs).unref();
  };
  const remark = (message: string): void => {
    accept(textOf({ level: 'warn', source: 'runner', message }, limits.messageCharacters));
  };
  return {
    write: (line) => {
      const text = textOf(line, limits.messageCharacters);
      if (acceptedBytes + text.length <= limits.attemptBytes && dropped === 0) {
        acceptedBytes += text.length;
        accept(text);
        return;
      }
      if (dropped === 0)
        remark(`the log has reached ${limits.attemptBytes} bytes: of what follows, the last lines only are kept`);
      dropped += 1;
      tail.push(text);
    },
    close: async () => {
      const kept = tail.lines();
      if (dropped > kept.length) remark(`${dropped - kept.length} lines were left out`);
      for (const text of kept) accept(text);
      flush();
      await storing;
    },
  };
}

function textOf(line: Omit<LogLine, 'at'>, messageCharacters: number): string {
  const { message } = line;
  const cut =
    message.length > messageCharacters ? `${message.slice(0, messageCharacters)}… (${message.length} characters)` : message;
  return `${JSON.stringify({ at: new Date().toISOString(), ...line, message: cut } satisfies LogLine)}\n`;
}

/** The last so many texts. */
class Tail {
  readonly #size: number;
  readonly #texts: string[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  push(text: string): void {
    this.#texts[this.#next] = text;
    this.#next = (this.#next + 1) % this.#size;
  }

  lines(): string[] {
    return [...this.#texts.slice(this.#next), ...this.#texts.slice(0, this.#next)];
  }
}

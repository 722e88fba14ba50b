import { DefaultLogger, type LogLevel, type LogMetadata } from '@temporalio/worker';
import { failureLine } from './failure-line.js';

/** A line that comes again is summed up this often. */
const EVERY_MS = 30_000;
/** More kinds of lines than this are summed up together. */
const MOST_KINDS = 200;

type Kind = { readonly level: LogLevel; readonly message: string; again: number; meta: LogMetadata };

/**
 * Temporal's own lines, without the flood that a server that is away sets off: the first warning or error of a kind is written at once, those
 * that follow are counted, and every half minute one line says how many there were, with what the newest of them said. Numbers and
 * ids make no kind of their own. A kind that was silent for half a minute is written at once again. A step or run that failed is one line, and where
 * its own code threw.
 */
export class SparingLogger extends DefaultLogger {
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | null = null;

  override log(level: LogLevel, given: string, about: LogMetadata = {}): void {
    const line = failureLine(given, about);
    const [message, meta] = line === null ? [given, about] : [line, {}];
    if (level !== 'WARN' && level !== 'ERROR') {
      super.log(level, message, meta);
      return;
    }
    const key = this.#keyOf(level, message);
    const kind = this.#kinds.get(key);
    if (kind !== undefined) {
      kind.again += 1;
      kind.meta = meta;
      return;
    }
    this.#kinds.set(key, { level, message, again: 0, meta });
    super.log(level, message, meta);
    this.#timer ??= setInterval(() => {
      this.#sumUp();
    }, EVERY_MS).unref();
  }

  #keyOf(level: LogLevel, message: string): string {
    const key = `${level} ${message.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:\.\d+)?/g, '#')}`;
    return this.#kinds.has(key) || this.#kinds.size < MOST_KINDS ? key : `${level} others`;
  }

  #sumUp(): void {
    for (const [key, { level, message, again, meta }] of this.#kinds) {
      if (again === 0) {
        this.#kinds.delete(key);
        continue;
      }
      // The time of the newest line is left out with the symbols of `meta`: this line is of now.
      super.log(level, `${message} (${again} more in ${EVERY_MS / 1_000} seconds)`, Object.fromEntries(Object.entries(meta)));
      this.#kinds.set(key, { level, message, again: 0, meta });
    }
    if (this.#kinds.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

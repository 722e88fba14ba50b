import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '../../contracts/json.js';
import type { FromProcess, ProcessSettings, Request, RunMessage, ToProcess, Word } from './messages.js';
import { SETTINGS_VARIABLE } from './process-facts.js';
import { receiveError, sendError, type SentError } from './sent-errors.js';
import type { ProcessEnd } from './process-end.js';
import { ProcessLost, describeEnd } from './process-end.js';

/** What one attempt in a process for steps needs from the worker. */
export interface AttemptLine {
  hear(word: Word): void;
  answer(request: Request, save: () => Promise<Uint8Array | null>): Promise<unknown>;
}

/** An attempt under way in a process. */
export interface RunningAttempt {
  /** Rejects with what the step failed with, or `ProcessLost`. */
  readonly result: Promise<JsonValue>;
  send(about: AboutAttempt): void;
  /** Its code may still run: the process gets no more steps, and is ended when those beside it have ended. */
  giveUp(error: Error): void;
}

type AboutAttempt = Omit<Extract<ToProcess, { kind: 'abort' }>, 'id'> | Omit<Extract<ToProcess, { kind: 'orders' }>, 'id'>;

type Running = {
  readonly line: AttemptLine;
  readonly resolve: (result: JsonValue) => void;
  readonly reject: (error: Error) => void;
};

type Saving = { readonly resolve: (bytes: Uint8Array | null) => void; readonly reject: (error: Error) => void };

export type ProcessOptions = ProcessSettings & {
  /** Limit of the JavaScript heap; absent: Node's default. */
  readonly memoryMiB?: number;
  readonly report: (message: string) => void;
};

const ENTRY = fileURLToPath(new URL('./process-main.js', import.meta.url));
const LONGEST_TAIL = 4_000;
const LAST_WORDS_MS = 100;

/** A process that runs steps, as the worker sees it. */
export class StepProcess {
  /** Fingerprints of its pipelines by name; rejects when it cannot load the files. */
  readonly ready: Promise<ReadonlyMap<string, string>>;
  readonly ended: Promise<ProcessEnd>;
  readonly memoryMiB: number | undefined;
  readonly #child: ChildProcess;
  readonly #report: (message: string) => void;
  readonly #running = new Map<number, Running>();
  readonly #savings = new Map<number, Saving>();
  #ids = 0;
  #saves = 0;
  #tail = '';
  #reason: Error | null = null;
  #unansweredSince: number | null = null;
  #isRetired = false;

  constructor({ memoryMiB, report, ...settings }: ProcessOptions) {
    this.memoryMiB = memoryMiB;
    this.#report = report;
    this.#child = fork(ENTRY, [], {
      serialization: 'advanced',
      env: { ...process.env, [SETTINGS_VARIABLE]: JSON.stringify(settings satisfies ProcessSettings) },
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      // A group of its own: what its steps have started ends with it.
      detached: true,
      execArgv: [...process.execArgv, ...(memoryMiB === undefined ? [] : [`--max-old-space-size=${Math.ceil(memoryMiB)}`])],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.#tail = (this.#tail + chunk.toString('utf8')).slice(-LONGEST_TAIL);
    });
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
        resolve({ exitCode, signal, reason: this.#reason, lastLines: this.#tail });
      };
      this.#child.once('close', end);
      // What its steps have started may hold its output open.
      this.#child.once('exit', (exitCode, signal) => setTimeout(end, LAST_WORDS_MS, exitCode, signal).unref());
      this.#child.once('error', (error) => {
        this.#tail = error.message;
        if (this.#child.pid === undefined) end(null, null);
      });
    });
    void this.ended.then((end) => {
      this.#isRetired = true;
      const alone = this.#running.size <= 1;
      for (const { reject } of this.#running.values()) reject(new ProcessLost(end, alone));
      this.#running.clear();
    });
    this.ready = this.#whenReady();
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get load(): number {
    return this.#running.size;
  }

  /** True when it takes no more steps. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** How long it has not answered, ms. */
  get silentMs(): number {
    return this.#unansweredSince === null ? 0 : performance.now() - this.#unansweredSince;
  }

  run(message: Omit<RunMessage, 'kind' | 'id'>, line: AttemptLine): RunningAttempt {
    this.#ids += 1;
    const id = this.#ids;
    const result = new Promise<JsonValue>((resolve, reject) => {
      this.#running.set(id, { line, resolve, reject });
    });
    this.#send({ kind: 'run', id, ...message });
    return {
      result,
      send: (about) => {
        if (this.#running.has(id)) this.#send({ ...about, id });
      },
      giveUp: (error) => {
        this.#isRetired = true;
        this.#end(id)?.reject(error);
      },
    };
  }

  /** Asks for a sign of life, unless it still owes one. */
  ping(): void {
    if (this.#unansweredSince !== null) return;
    this.#unansweredSince = performance.now();
    this.#send({ kind: 'ping' });
  }

  /** It gets no more steps, and is ended as soon as it has none. */
  retire(): void {
    this.#isRetired = true;
    if (this.#running.size === 0) this.kill(new Error('it had no more steps'));
  }

  /** Ends it at once; its attempts fail with `ProcessLost`. */
  kill(reason: Error): void {
    this.#isRetired = true;
    this.#reason ??= reason;
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) killGroup(pid);
  }

  #send(message: ToProcess): void {
    // One that has ended meanwhile tells so itself.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #whenReady(): Promise<ReadonlyMap<string, string>> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        const received = message as FromProcess;
        if (received.kind === 'ready') resolve(new Map(Object.entries(received.pipelines)));
        else if (received.kind === 'unloadable') reject(new Error(received.reason));
        else this.#receive(received);
      });
      void this.ended.then((end) => {
        reject(new Error(describeEnd(end)));
      });
    });
  }

  #receive(message: Exclude<FromProcess, { kind: 'ready' | 'unloadable' }>): void {
    this.#unansweredSince = null;
    switch (message.kind) {
      case 'done':
        this.#end(message.id)?.resolve(message.result);
        return;
      case 'failed':
        if (message.stillRuns) this.#isRetired = true;
        this.#end(message.id)?.reject(receiveError(message.error));
        return;
      case 'word':
        this.#running.get(message.id)?.line.hear(message.word);
        return;
      case 'request':
        void this.#serve(message.id, message.call, message.request);
        return;
      case 'saved':
        this.#saved(message.call, message.bytes ?? null, message.error);
        return;
      case 'problem':
        this.#report(message.message);
        return;
      case 'pong':
    }
  }

  /** The attempt is over; a process that was retired goes with its last one. */
  #end(id: number): Running | undefined {
    const run = this.#running.get(id);
    this.#running.delete(id);
    if (this.#isRetired) this.retire();
    return run;
  }

  async #serve(id: number, call: number, request: Request): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    try {
      const save = (): Promise<Uint8Array | null> => this.#askToSave(id);
      this.#send({ kind: 'answer', call, value: await running.line.answer(request, save) });
    } catch (error) {
      this.#send({ kind: 'answer', call, error: sendError(error) });
    }
  }

  #askToSave(id: number): Promise<Uint8Array | null> {
    this.#saves += 1;
    const call = this.#saves;
    return new Promise((resolve, reject) => {
      this.#savings.set(call, { resolve, reject });
      this.#send({ kind: 'save', id, call });
    });
  }

  #saved(call: number, bytes: Uint8Array | null, error: SentError | undefined): void {
    const saving = this.#savings.get(call);
    this.#savings.delete(call);
    if (error === undefined) saving?.resolve(bytes);
    else saving?.reject(receiveError(error));
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

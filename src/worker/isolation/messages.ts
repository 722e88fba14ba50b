import type { JsonObject, JsonPrimitive, JsonValue } from '../../contracts/json.js';
import type { StepTask } from '../../contracts/run.js';
import type { SentError } from './sent-errors.js';

/** What a process for steps is started with, in its environment as JSON. */
export type ProcessSettings = {
  /** Absolute paths of the files that export the pipelines. */
  readonly files: readonly string[];
  /** Address of the store. */
  readonly store: string;
  /** Absolute paths of the files that define the kind of the store; none for a built-in one. */
  readonly storeFiles: readonly string[];
};

/** The orders to a step at one time: what its context shows without asking. */
export type OrdersNow = {
  readonly takesOrders: boolean;
  readonly pauseRequested: boolean;
  readonly stopRequested: boolean;
  readonly values: { readonly [name: string]: JsonPrimitive };
};

/** One attempt of a step that is handed to a process. */
export type RunMessage = {
  readonly kind: 'run';
  readonly id: number;
  /** With the values of secrets put in. */
  readonly task: StepTask;
  readonly attempt: number;
  readonly secrets: { readonly [name: string]: string };
  readonly devices: readonly string[];
  readonly devicesAreLent: boolean;
  /** Made when it is first asked for. */
  readonly scratch: string;
  readonly orders: OrdersNow;
  /** Whether it waits for a store that is away. */
  readonly isPatient: boolean;
};

export type ToProcess =
  | RunMessage
  | { readonly kind: 'abort'; readonly id: number; readonly reason: SentError }
  | { readonly kind: 'orders'; readonly id: number; readonly orders: OrdersNow }
  | { readonly kind: 'answer'; readonly call: number; readonly value?: unknown; readonly error?: SentError }
  /** Asks for the checkpoint that the step gave to `control.between`. */
  | { readonly kind: 'save'; readonly id: number; readonly call: number }
  | { readonly kind: 'ping' };

/** What a step says without waiting for an answer. */
export type Word =
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields?: JsonObject;
    }
  | { readonly kind: 'output'; readonly source: 'stdout' | 'stderr'; readonly line: string }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly note?: string }
  | { readonly kind: 'metric'; readonly name: string; readonly value: number }
  /** It has made its scratch folder. */
  | { readonly kind: 'scratch' }
  | { readonly kind: 'waits'; readonly for: string }
  | { readonly kind: 'works' };

/** What a step asks of the worker, and waits for. */
export type Request =
  | { readonly kind: 'checkpoint'; readonly bytes: Uint8Array }
  | { readonly kind: 'restore' }
  | { readonly kind: 'checkpointFolder'; readonly path: string }
  | { readonly kind: 'restoreFolder'; readonly path: string }
  | { readonly kind: 'between' }
  | { readonly kind: 'temporal'; readonly method: string; readonly given: readonly unknown[] };

/** How the context of a step reaches the worker. */
export type WorkerLine = { say(word: Word): void; ask(request: Request): Promise<unknown> };

export type FromProcess =
  /** The pipelines that it has, by name, with a fingerprint of plan and functions. */
  | { readonly kind: 'ready'; readonly pipelines: { readonly [name: string]: string } }
  | { readonly kind: 'unloadable'; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number; readonly result: JsonValue }
  /** `stillRuns`: the code of the step has not come to its end. */
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError; readonly stillRuns: boolean }
  | { readonly kind: 'word'; readonly id: number; readonly word: Word }
  | { readonly kind: 'request'; readonly id: number; readonly call: number; readonly request: Request }
  | { readonly kind: 'saved'; readonly call: number; readonly bytes?: Uint8Array | null; readonly error?: SentError }
  | { readonly kind: 'problem'; readonly message: string }
  | { readonly kind: 'pong' };

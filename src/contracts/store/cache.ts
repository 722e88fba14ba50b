import type { JsonObject } from '../json.js';
import type { StepOutcome } from '../run.js';

/**
 * What the result of an operation depends on. Hashes are SHA-256, hex. All but `parameters` make up the key; of a step of your own or a
 * command the parameters do too: those that its code can read.
 */
export type CacheComponents = {
  readonly kind: string;
  readonly operation: string;
  /** By name: `function`, `file <path>`, `module <path>` with a hash, `package <name>` with a version. */
  readonly code: { readonly [part: string]: string };
  /** After parameters were put in. */
  readonly config: JsonObject;
  readonly parameters: JsonObject;
  /** By input name: hash of the value, in which an artifact counts by its own hash. */
  readonly inputs: { readonly [name: string]: string };
  /** What the stage's workflow code adds. */
  readonly arguments: JsonObject;
  /** Hash of each declared variable's value; null when the variable is not set. */
  readonly environment: { readonly [variable: string]: string | null };
  readonly version: string | null;
  readonly seed: number;
  /** What the operation reads beside its inputs, such as the files of a source. */
  readonly reads: JsonObject;
};

export type RunRef = { readonly workflowId: string; readonly runId: string };

/** Why an operation of a run was computed, or was not; kept with its recorded outcome. */
export type CacheRecord = {
  readonly key: string;
  readonly hit: boolean;
  /** In words: `first time`, `parameter trees changed: 100 -> 200`, `unchanged since run ...`. */
  readonly reason: string;
  /** Whose result was taken; null when it was computed. */
  readonly from: RunRef | null;
  readonly components: CacheComponents;
  /** Whether the result was to be kept for later runs; absent when another run's was taken. */
  readonly kept?: boolean;
};

/** `cache/<key>.json`: a result and who computed it. */
export type CacheEntry = {
  readonly formatVersion: 1;
  readonly key: string;
  readonly outcome: StepOutcome;
  readonly by: RunRef;
  readonly step: string;
  /** ISO. */
  readonly createdAt: string;
  /** ISO: when a run took it, written down once in half a day. Absent: never, or not half a day after it was made. */
  readonly usedAt?: string;
};

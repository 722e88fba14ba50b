import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { MapContext, MapRangeEnd, MapShardInput } from '../../src/contracts/stages/map.js';
import type { StepItems } from '../../src/contracts/run.js';
import type { Cancellable } from '../temporal/cancellable.js';
import type { OperandReader } from '../scope/scope-facts.js';
import type { FailureReader } from '../steps/step-failure.js';

/** Names one run of a step's body. */
export type BodyInput = {
  /** Position of the item, or the round from 0; part of the ids of what runs inside. */
  readonly index: number;
  /** Pseudo results for the steps inside, by full name: `<id>.item`, `<id>.index`, `<id>.previous`, `<id>.iteration`. */
  readonly results: { readonly [pseudo: string]: JsonValue };
};

/** How one operation of a stage runs. */
export type CallOptions = {
  /** Tells repeats of one operation apart. */
  readonly occurrence?: number;
  /** The same as a word; becomes part of the id. */
  readonly part?: string;
  /** Runs it in the worker of the run, without the way over a queue: for what is over in a moment. */
  readonly local?: true;
};

/** What a map needs beside the rest. */
export interface MapHost {
  readonly failureOf: FailureReader;
  /** True once the step was cancelled. */
  isCancelled(): boolean;
  /** The error of a cancelled step. */
  cancellation(): Error;
  /** What the shards have to know. */
  context(): MapContext;
  /** Starts the workflow of a shard. Rejects when the shard as a whole fails, or was cancelled. */
  runShard(input: MapShardInput): Cancellable<MapRangeEnd>;
}

/** A pipeline to be run by a step. */
export type ChildInput = { readonly pipeline: string; readonly parameters: JsonObject };

/**
 * What a stage's order-and-policy code may do. The interpreter workflow and the in-process runner each provide one,
 * so that a stage reads the same in both and needs no Temporal import.
 */
export interface StageHost {
  /** Configuration with parameters put in. */
  readonly config: JsonObject;
  /** Input values by name. */
  readonly inputs: JsonObject;
  /** Identity of the run, for records: workflow id. */
  readonly workflowId: string;
  /** Runs one operation of this stage as an activity and returns its result. Repeats of one operation need distinct occurrences. */
  call(operation: string, operationArguments?: JsonObject, options?: CallOptions): Promise<JsonValue>;
  /**
   * Starts one run of the step's body and gives the body's result, null when it has none. Rejects with the failure of the body; after
   * `cancel`, or when the step itself is cancelled, with EXECUTION_STEP_CANCELLED once all steps inside have ended.
   */
  runBody(input: BodyInput): Cancellable<JsonValue>;
  /**
   * Runs another pipeline as a run of its own, `<workflow id of this run>/<step>`, and gives its end; in a body that is run again, that of the run
   * that had succeeded. Rejects with the failure of that run;
   * a request to cancel the step goes to it.
   */
  runChild(input: ChildInput): Promise<JsonValue>;
  /** What conditions read of values that lie in the store. */
  readonly readOperands: OperandReader;
  /** The value with all that lies in the store put back; asked only where something does. */
  whole(value: JsonValue): Promise<JsonValue>;
  /** How far a step that runs a body many times has come; shown in status. */
  count(items: StepItems): void;
  /** Set for a map. */
  readonly map?: MapHost;
  /** Durable timer. */
  sleep(ms: number): Promise<void>;
  /** Milliseconds since 1970; deterministic on replay. */
  now(): number;
  /** Shown in status while the stage waits. */
  describe(waitingFor: string | null): void;
  /** Runs clean-up that a cancellation must not cut short. */
  shielded<T>(work: () => Promise<T>): Promise<T>;
}

export type StageWorkflow = (host: StageHost) => Promise<JsonValue>;

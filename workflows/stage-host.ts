import type { JsonObject, JsonValue } from '../src/contracts/json.js';

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
  call(operation: string, operationArguments?: JsonObject, options?: { readonly occurrence?: number }): Promise<JsonValue>;
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

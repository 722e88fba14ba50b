import type { JsonPrimitive } from '../contracts/json.js';

/** Null: there is nothing to keep yet. */
type Checkpoint = Uint8Array | null;

/** What people have ordered a running step to do. Only a step that declares `live` gets orders; they arrive within about two seconds. */
export interface StepControl {
  /** Whether the step declares `live`. */
  readonly takesOrders: boolean;
  readonly pauseRequested: boolean;
  readonly stopRequested: boolean;
  /** The value that a live parameter was set to; undefined while it is not set. It fits what `live` says. */
  value(name: string): JsonPrimitive | undefined;
  /** All live parameters that were set. */
  readonly values: { readonly [name: string]: JsonPrimitive };
  /** Calls back when an order has come, until the function that it returns is called. */
  onOrder(listener: () => void): () => void;
  /**
   * To be called between two pieces of work: does what was ordered. Takes a checkpoint of `save()` when a snapshot or a pause was asked for, and waits
   * as long as the step is paused. `stop`: end now, with the best result so far. Rejects with the signal's reason when the step is cancelled meanwhile.
   */
  between(save: () => Checkpoint | Promise<Checkpoint>): Promise<'continue' | 'stop'>;
}

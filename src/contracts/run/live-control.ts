import type { JsonObject, JsonValue } from '../json.js';

export const CONTROL_ACTIONS = ['pause', 'resume', 'snapshot', 'stop', 'set'] as const;

/**
 * `pause`: the step checkpoints, keeps its devices and waits. `resume`: it goes on. `snapshot`: it checkpoints now. `stop`: it ends early with the best
 * that it has. `set`: a live parameter gets a value.
 */
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** Argument of a run's update `control`. */
export type ControlInput = {
  /** Id of the running step; inside bodies with its instance: `train[3]`. */
  readonly step: string;
  readonly action: ControlAction;
  /** Of `set`: the live parameter and its value. */
  readonly name?: string;
  readonly value?: JsonValue;
  readonly by?: string;
  readonly reason?: string;
};

/** What was ordered, by whom and why. */
export type ControlRecord = {
  readonly step: string;
  readonly action: ControlAction;
  readonly name: string | null;
  readonly value: JsonValue;
  readonly by: string | null;
  readonly reason: string | null;
  /** ISO. */
  readonly at: string;
};

/** All orders to a running step together, as they lie in the store where its attempts look: `runs/<workflow id>/<run id>/control/<activity id>.json`. */
export type StepOrders = {
  readonly paused: boolean;
  readonly stopped: boolean;
  /** How many were asked for so far. */
  readonly snapshots: number;
  /** Live parameters that were set. */
  readonly values: JsonObject;
};

export const NO_ORDERS: StepOrders = { paused: false, stopped: false, snapshots: 0, values: {} };

export type OrdersWrite = {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly orders: StepOrders;
};

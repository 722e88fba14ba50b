import type { JsonObject } from '../../contracts/json.js';
import { aText, optional, optionsOf } from '../../errors/kinds.js';
import type { Duration } from '../duration.js';
import type { Setting } from '../references/parameter-reference.js';
import { aDuration, aNumberSetting } from './kinds.js';

/** How a blessed model takes over; becomes a `RolloutSpec` in the plan. */
export interface Rollout {
  readonly strategy: string;
  /** For an added kind: its options, beside the steps that it made from them. */
  readonly options?: JsonObject;
  /** Percent of the traffic for the candidate, ascending, last 100. */
  readonly weights: readonly number[];
  /** Watch time at each weight, or one for all. */
  readonly bake: Duration | readonly Duration[];
  readonly health?: RolloutHealth;
  readonly onInconclusive?: OnInconclusive;
}

/**
 * What follows when too few requests came during a bake to say something: on with the next weight, the candidate taken out, or another bake
 * at the same weight, twelve at most before it is taken out.
 */
export type OnInconclusive = 'continue' | 'rollBack' | 'wait';

/** What the candidate must keep to at every position; else it is rolled back. */
export interface RolloutHealth {
  /** Share of its requests, 0..1, that may fail; default 0.01. */
  readonly maxErrorRatio?: Setting<number>;
  /** Longest 99th percentile of its latency; default 500 milliseconds. */
  readonly maxP99?: Duration;
  /** Requests that the candidate must get in a bake before its health says something; default 20. */
  readonly minRequests?: Setting<number>;
  /** Longest time until the candidate is loaded; default 60 seconds. */
  readonly ready?: Duration;
}

/** What every roll-out takes. */
export interface RolloutOptions {
  readonly health?: RolloutHealth;
  /** Default `continue`. */
  readonly onInconclusive?: OnInconclusive;
}

export const rolloutOptionKinds = {
  health: optional(
    optionsOf({
      maxErrorRatio: optional(aNumberSetting),
      maxP99: optional(aDuration),
      minRequests: optional(aNumberSetting),
      ready: optional(aDuration),
    }),
  ),
  onInconclusive: optional(aText),
};

/** Bake time of a step without one. */
export const DEFAULT_ROLLOUT: Rollout = Object.freeze({
  strategy: 'canary',
  weights: [5, 25, 50, 100],
  bake: '5 minutes',
  health: {},
});

import { checkCall } from '../../errors/check-call.js';
import { aNumber, aText, listOf, optional, optionsOf } from '../../errors/kinds.js';
import { aDuration, aNumberSetting } from '../options/kinds.js';
import type { Duration } from '../duration.js';
import type { Setting } from '../parameter-reference.js';

/** How a blessed model takes over; becomes a `RolloutSpec` in the plan. */
export interface CanaryRollout {
  readonly strategy: 'canary';
  readonly weights: readonly number[];
  readonly bake: Duration;
  readonly health: CanaryHealth;
  readonly onInconclusive?: OnInconclusive;
}

/**
 * What follows when too few requests came during a bake to say something: on with the next weight, the candidate taken out, or another bake
 * at the same weight, twelve at most before it is taken out.
 */
export type OnInconclusive = 'continue' | 'rollBack' | 'wait';

/** What the candidate must keep to at every position; else it is rolled back. */
export interface CanaryHealth {
  /** Share of its requests, 0..1, that may fail; default 0.01. */
  readonly maxErrorRatio?: Setting<number>;
  /** Longest 99th percentile of its latency; default 500 milliseconds. */
  readonly maxP99?: Duration;
  /** Requests that the candidate must get in a bake before its health says something; default 20. */
  readonly minRequests?: Setting<number>;
  /** Longest time until the candidate is loaded; default 60 seconds. */
  readonly ready?: Duration;
}

const CANARY_OPTIONS = {
  bake: optional(aDuration),
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

/** Shifts traffic to the candidate in steps. `weights`: per cent, ascending, last 100. `bake`: watch time at each; default 5 minutes. `onInconclusive`: default `continue`. */
export function canary(
  weights: readonly number[],
  options: { readonly bake?: Duration; readonly health?: CanaryHealth; readonly onInconclusive?: OnInconclusive } = {},
): CanaryRollout {
  checkCall('rollout.canary', { weights, options }, { weights: listOf(aNumber), options: optionsOf(CANARY_OPTIONS) });
  const { bake = '5 minutes', health = {}, onInconclusive } = options;
  return Object.freeze({
    strategy: 'canary',
    weights,
    bake,
    health,
    ...(onInconclusive === undefined ? {} : { onInconclusive }),
  });
}

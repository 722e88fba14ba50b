import { checkCall } from '../../errors/check-call.js';
import { aNumber, listOf, optional, optionsOf } from '../../errors/kinds.js';
import type { Duration } from '../../pipeline/duration.js';
import { aDuration } from '../../pipeline/options/kinds.js';
import { DEFAULT_ROLLOUT, type Rollout, type RolloutOptions, rolloutOptionKinds } from '../../pipeline/options/rollout.js';
import type { RolloutKind } from '../rollout-kind.js';

const DEFAULT_BAKE = '5 minutes';

const kind: RolloutKind = {
  name: 'canary',
  options: {
    properties: {
      weights: { type: 'array', items: { type: 'number', exclusiveMinimum: 0, maximum: 100 }, minItems: 1 },
      bake: { type: 'string', format: 'duration', default: DEFAULT_BAKE },
    },
    required: ['weights'],
  },
  plan: (options) => {
    const { weights, bake = DEFAULT_BAKE } = options as { readonly weights: readonly number[]; readonly bake?: Duration };
    return { steps: weights.map((weight) => ({ weight, bake })) };
  },
};

/**
 * Shifts traffic to the candidate in steps. `weights`: percent, ascending, last 100. `bake`: watch time at each; default 5 minutes.
 * `onInconclusive`: default `continue`.
 */
function shiftInSteps(weights: readonly number[], options: RolloutOptions & { readonly bake?: Duration } = {}): Rollout {
  const kinds = optionsOf({ bake: optional(aDuration), ...rolloutOptionKinds });
  checkCall('rollout.canary', { weights, options }, { weights: listOf(aNumber), options: kinds });
  const { bake = DEFAULT_BAKE, health = {}, onInconclusive } = options;
  return Object.freeze({
    strategy: DEFAULT_ROLLOUT.strategy,
    weights,
    bake,
    health,
    ...(onInconclusive === undefined ? {} : { onInconclusive }),
  });
}

export const canary = Object.assign(shiftInSteps, { kind });

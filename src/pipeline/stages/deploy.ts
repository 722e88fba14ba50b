import type { OptionReader } from '../lint/issues.js';
import type { Duration } from '../duration.js';
import { problemsOf } from '../options/problems.js';
import { DEFAULT_ROLLOUT, type OnInconclusive, type Rollout } from '../options/rollout.js';
import type { StepOptions } from '../options/step-options.js';

export interface DeployOptions extends StepOptions {
  /** Default: the model's name. */
  readonly endpoint?: string;
  /** Default: 5, 25, 50 and 100 percent, 5 minutes each. */
  readonly rollout?: Rollout;
}

const ON_INCONCLUSIVE: readonly string[] = ['continue', 'rollBack', 'wait'] satisfies OnInconclusive[];

/** Becomes a `DeployConfig`. */
export function deployConfig(options: DeployOptions, endpoint: string, model: string, read: OptionReader): object {
  const rollout = options.rollout ?? DEFAULT_ROLLOUT;
  const at = read.at('rollout');
  const problems = problemsOf(rollout, 'strategy');
  for (const { option, message } of problems) at.at(option).report('rollout-option', message);
  if (problems.length > 0) return {};
  const { strategy, options: own = {}, weights, bake, health = {}, onInconclusive } = rollout;
  lintWeights(weights, at.at('weights'));
  const { maxErrorRatio = 0.01, maxP99 = '500 milliseconds', ready = '60 seconds', minRequests } = health;
  if (onInconclusive !== undefined && !ON_INCONCLUSIVE.includes(onInconclusive))
    at.at('onInconclusive').report('canary-weights', `must be one of ${ON_INCONCLUSIVE.join(', ')}`);
  return {
    endpoint: read.at('endpoint').name(endpoint, 'the endpoint name'),
    model,
    rollout: {
      ...own,
      strategy,
      weights,
      ...bakes(bake, at.at('bake')),
      health: {
        maxErrorRatio: at.at('health.maxErrorRatio').number(maxErrorRatio, { min: 0, max: 1 }),
        maxP99Ms: at.at('health.maxP99').latency(maxP99),
        readyTimeoutMs: at.at('health.ready').duration(ready),
        ...(minRequests === undefined ? {} : { minRequests: at.at('health.minRequests').number(minRequests, { min: 0 }) }),
      },
      ...(onInconclusive === undefined ? {} : { onInconclusive }),
    },
  };
}

/** Different times at different weights are a list beside the longest of them. */
function bakes(bake: Duration | readonly Duration[], read: OptionReader): object {
  if (typeof bake === 'string') return { bakeMs: read.duration(bake, { positive: false }) };
  const bakesMs = bake.map((one, index) => read.at(index).duration(one, { positive: false }));
  const bakeMs = Math.max(0, ...bakesMs);
  return bakesMs.every((one) => one === bakeMs) ? { bakeMs } : { bakeMs, bakesMs };
}

function lintWeights(weights: readonly number[], read: OptionReader): void {
  const shown = `[${weights.join(', ')}]`;
  for (const [index, weight] of weights.entries()) read.at(index).number(weight, { min: 1, max: 100 });
  if (weights.at(-1) !== 100) read.report('canary-weights', `the last weight must be 100, got ${shown}`);
  if (weights.some((weight, index) => index > 0 && weight <= (weights[index - 1] ?? 0))) {
    read.report('canary-weights', `weights must ascend, got ${shown}`);
  }
}

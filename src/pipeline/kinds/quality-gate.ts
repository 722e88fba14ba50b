import { checkCall } from '../../errors/check-call.js';
import { aNumber, aText, either, optional, optionsOf, recordOf } from '../../errors/kinds.js';
import { aNumberSetting } from '../options/kinds.js';
import type { GuardSpec } from '../../contracts/stages/evaluate.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../references/parameter-reference.js';
import type { BuiltInMetric } from '../../metrics/metrics.js';
import { aMetric, type Metric, metricName, type TaskOf } from './metrics.js';

/**
 * Metrics that must not be lost by name, with how much worse each may be: in its own unit, or as a share of the champion's value. One of your
 * own is named by `[metric.name]`.
 */
export type Guards<Of extends Task = Task> = {
  readonly [Each in Extract<BuiltInMetric, { readonly task: Of }>['name']]?: number | `${number}%`;
};

/** When a new model may be deployed; becomes a `GateSpec` in the plan. */
export interface QualityGate<Name extends Metric = Metric> {
  readonly than: 'champion';
  /** Its name. */
  readonly metric: string;
  /** For the compiler alone. */
  readonly measures?: Name;
  readonly confidence: Setting<number>;
  readonly samples: Setting<number>;
  readonly margin: Setting<number>;
  readonly minEvents: Setting<number>;
  readonly guards?: Guards;
}

interface QualityGateOptions<Name extends Metric> {
  /** One-sided confidence of the paired bootstrap, 0.5..1; default 0.95. */
  readonly confidence?: Setting<number>;
  /** Bootstrap resamples, >= 100; default 500. */
  readonly samples?: Setting<number>;
  /** 0 (default) asks for superiority; more, for being at most that much worse. */
  readonly margin?: Setting<number>;
  /**
   * Fewest test rows of the rarer class of a binary label, below which nothing is decided; default 30. With 6 of 300 rows a bootstrap bound of
   * 95% lets 10% of equal models through, with 30 about 6%.
   */
  readonly minEvents?: Setting<number>;
  /**
   * What must not be lost for it: each metric must be shown to be no worse than the champion's by more than its margin. Default for a binary
   * label with margin 0: `{ log_loss: '1%', calibration_error: 0.03 }`; else, and with `{}`, none.
   */
  readonly guards?: Guards<TaskOf<Name>>;
}

const DEFAULT_MIN_EVENTS = 30;

const GATE_OPTIONS = {
  confidence: optional(aNumberSetting),
  samples: optional(aNumberSetting),
  margin: optional(aNumberSetting),
  minEvents: optional(aNumberSetting),
  guards: optional(recordOf(optional(either(aNumber, { ...aText, expected: "a share such as '1%'" })))),
};

/** Blessed when the model's `metric` beats the champion's on the same newest rows (or the base rate, while there is no champion). */
export function betterThanChampion<const Name extends Metric>(
  metric: Name,
  options: QualityGateOptions<Name> = {},
): QualityGate<Name> {
  checkCall('gate.betterThanChampion', { metric, options }, { metric: aMetric, options: optionsOf(GATE_OPTIONS) });
  const { confidence = 0.95, samples = 500, margin = 0, minEvents = DEFAULT_MIN_EVENTS, guards } = options;
  return Object.freeze({
    than: 'champion',
    metric: metricName(metric),
    confidence,
    samples,
    margin,
    minEvents,
    ...(guards === undefined ? {} : { guards }),
  });
}

const DEFAULT_GUARDS: Guards = { log_loss: '1%', calibration_error: 0.03 };

/** The guards of a gate as the plan keeps them. A wrong margin is reported under its metric. */
export function guardSpecs(gate: QualityGate, task: Task, read: OptionReader): readonly GuardSpec[] {
  const chosen = gate.guards ?? (task === 'binary' && gate.margin === 0 ? DEFAULT_GUARDS : {});
  return Object.entries(chosen).flatMap(([metric, margin]) => {
    if (metric === gate.metric) return [];
    const relative = typeof margin === 'string';
    const value = relative ? Number(/^(\d+(?:\.\d+)?)%$/.exec(margin)?.[1] ?? Number.NaN) / 100 : margin;
    read.at(metric).number(value, { min: 0 });
    return [{ metric, margin: Number.isFinite(value) ? value : 0, relative }];
  });
}

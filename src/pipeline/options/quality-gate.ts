import type { Metric } from './metrics.js';
import type { Setting } from '../parameter-reference.js';

/** When a new model may be deployed; becomes a `GateSpec` in the plan. */
export interface QualityGate<Name extends Metric = Metric> {
  readonly than: 'champion';
  readonly metric: Name;
  readonly confidence: Setting<number>;
  readonly samples: Setting<number>;
  readonly margin: Setting<number>;
}

interface QualityGateOptions<Name extends Metric> {
  readonly metric: Name;
  /** One-sided confidence of the paired bootstrap, 0.5..1; default 0.95. */
  readonly confidence?: Setting<number>;
  /** Bootstrap resamples, >= 100; default 500. */
  readonly samples?: Setting<number>;
  /** 0 (default) asks for superiority; more, for being at most that much worse. */
  readonly margin?: Setting<number>;
}

/** Blessed when the model beats the champion on the same newest rows (or the base rate, while there is no champion). */
export function betterThan<const Name extends Metric>(than: 'champion', options: QualityGateOptions<Name>): QualityGate<Name> {
  const { metric, confidence = 0.95, samples = 500, margin = 0 } = options;
  return Object.freeze({ than, metric, confidence, samples, margin });
}

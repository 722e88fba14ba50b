import type { Task } from '../contracts/stages/feature.js';
import type { Kind } from '../kinds/kind.js';
import type { RowWeights, ScoredRows } from './scored-rows.js';

/** What a metric is made of: how well scores fit labels, as one number. */
export interface MetricDefinition<Name extends string = string, Of extends Task = Task, Better extends Direction = Direction> {
  /** As the plan, the reports and the registry write it. */
  readonly name: Name;
  readonly task: Of;
  readonly better: Better;
  /** Follows "undefined, for": `all labels are of one class`. */
  readonly undefinedWhen: string;
  /** The best constant score, which a first model has to beat; default the mean of the labels. */
  readonly baseline?: 'mean' | 'median';
  /**
   * The value on rows that count as often as their weights say, null where it is undefined; pure, for it runs on hundreds of resamples in a
   * worker thread. A weight of null counts each row once.
   */
  readonly compute: (rows: ScoredRows, weights: RowWeights) => number | null;
}

/** Whether more or less of a metric is better. */
export type Direction = 'higher' | 'lower';

/** A metric: what `gate.betterThanChampion` and `metrics` of `p.evaluate` take beside the names of the built-in ones. */
export interface MetricKind<Name extends string = string, Of extends Task = Task, Better extends Direction = Direction>
  extends MetricDefinition<Name, Of, Better>, Kind {
  readonly name: Name;
}

/** Metrics have no options. */
export function metricKind<const Name extends string, const Of extends Task, const Better extends Direction>(
  definition: MetricDefinition<Name, Of, Better>,
): MetricKind<Name, Of, Better> {
  return Object.freeze({ ...definition, options: { properties: {} } });
}

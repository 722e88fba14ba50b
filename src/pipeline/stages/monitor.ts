import type { Task } from '../../contracts/stages/feature.js';
import type { ColumnTypes } from '../../schema/schema.js';
import type { Knowledge } from '../draft.js';
import type { DriftMeasure, DriftOf } from '../options/drift.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import type { RisingMetricOf } from '../options/metrics.js';
import type { Setting } from '../parameter-reference.js';
import type { Source } from '../options/sources.js';
import { readSource } from '../options/sources.js';
import type { SqlExpression } from '../options/sql.js';
import type { StepOptions } from '../options/step-options.js';
import type { PerformanceTrigger } from '../options/triggers.js';
import { lintMetric } from './evaluate.js';

/** Where true labels come from once they are known. */
export interface LabelSource {
  readonly source: Source;
  /** Column that holds a prediction's `request_id`; default `request_id`. */
  readonly key?: string;
  /** The label over the columns of these files; default the expression of the training label. */
  readonly label?: SqlExpression;
  /** How long after its event a label may be late; default nothing. */
  readonly delay?: Duration;
}

interface MonitorSettings {
  /** Length of a window. */
  readonly every: Duration;
  /** `wall` (default): a schedule closes windows as time passes. `event`: windows close when asked, along the time of the data. */
  readonly clock?: 'event' | 'wall';
  /** How long after its end a window waits for predictions that are still on their way, on the wall's clock; default a minute, at most half of `every`. */
  readonly grace?: Duration;
  /** A window counts when at least `windows` of the last `of` crossed; default 2 of 3. */
  readonly persistence?: { readonly windows: number; readonly of: number };
  /** Windows with fewer rows are not judged; default 500. */
  readonly minRows?: Setting<number>;
  /** Share of rows, 0..1, that need a label before performance is measured; default 0.5. */
  readonly minLabelCoverage?: Setting<number>;
  /** Files whose rows have `request_id` and the columns of the training label, or the details. */
  readonly labels?: Source | LabelSource;
}

export interface MonitorOptions<Columns extends ColumnTypes = ColumnTypes, LabelTask extends Task = Task>
  extends StepOptions, MonitorSettings {
  readonly drift?: DriftOf<NoInfer<Columns>>;
  /** Rules beside those of `on.performanceBelow` in the pipeline's `retrain`. */
  readonly performance?: readonly PerformanceTrigger<RisingMetricOf<NoInfer<LabelTask>>>[];
}

/** What `monitorConfig` needs of its options, whatever the compiler knows. */
export interface MonitorDeclaration extends MonitorSettings {
  readonly drift?: { readonly [column: string]: DriftMeasure | undefined };
  readonly performance?: readonly PerformanceTrigger[];
}

/** Becomes a `MonitorConfig`. */
export function monitorConfig(options: MonitorDeclaration, knows: Knowledge, read: OptionReader): object {
  const {
    every,
    clock = 'wall',
    persistence = { windows: 2, of: 3 },
    minRows = 500,
    minLabelCoverage = 0.5,
    labels,
    grace,
  } = options;
  const drift = Object.entries(options.drift ?? {}).filter((entry): entry is [string, DriftMeasure] => entry[1] !== undefined);
  for (const [column, measure] of drift) lintDrift(column, measure, knows, read.at(`drift.${column}`));
  const of = read.at('persistence.of').number(persistence.of, { min: 1, integer: true });
  read.at('persistence.windows').number(persistence.windows, { min: 1, max: of, integer: true });
  return {
    endpoint: knows.endpoint ?? '',
    model: knows.model ?? '',
    everyMs: read.at('every').duration(every),
    clock,
    ...(grace === undefined ? {} : { graceMs: read.at('grace').duration(grace, { positive: false }) }),
    drift: Object.fromEntries(drift.map(([column, { statistic, max }]) => [column, { statistic, max }])),
    ...(labels === undefined ? {} : { labels: readLabels(labels, knows, read.at('labels')) }),
    performance: performanceRules(options.performance ?? [], knows, read.at('performance')),
    persistence: { windows: persistence.windows, of },
    minRows: read.at('minRows').number(minRows, { min: 1, integer: true }),
    minLabelCoverage: read.at('minLabelCoverage').number(minLabelCoverage, { min: 0, max: 1 }),
  };
}

/** Rules of the performance of a model, as a `MonitorConfig` holds them. */
export function performanceRules(
  triggers: readonly PerformanceTrigger[],
  { label }: Knowledge,
  read: OptionReader,
): { readonly metric: string; readonly below: number }[] {
  return triggers.map(({ metric, below }, index) => {
    if (label !== undefined) lintMetric(metric, label.task, read.at(index));
    return { metric, below: read.at(index).number(below, {}) };
  });
}

function lintDrift(column: string, { max, over }: DriftMeasure, { schema, inputColumns }: Knowledge, read: OptionReader): void {
  read.at('max').number(max, { min: 0 });
  if (column === 'score' || schema === undefined || inputColumns === undefined) return;
  const found = read.column(schema, column, over === 'number' ? 'number' : 'any');
  if (found?.type === 'timestamp') read.report('monitor-column', `column "${column}" is a time, which always moves on`);
  else if (found !== null && !inputColumns.includes(column)) {
    read.report(
      'monitor-column',
      `column "${column}" is used by no feature, so predictions do not record it; ${inputColumns.join(', ')} and score are`,
    );
  }
}

function readLabels(labels: Source | LabelSource, { label }: Knowledge, read: OptionReader): object {
  const { source, key = 'request_id', label: expression, delay = '0 seconds' } = 'source' in labels ? labels : { source: labels };
  if (key === '') read.at('key').report('name', 'expected the name of a column');
  return {
    source: readSource(source, read.at('source')),
    key,
    sql: expression?.sql ?? label?.sql ?? '',
    delayMs: read.at('delay').duration(delay, { positive: false }),
  };
}

import type { JsonObject } from '../../contracts/json.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { Column, ColumnOf, OfTheModel } from '../../schema/column.js';
import { score } from '../../schema/column.js';
import type { Knowledge } from '../draft/draft.js';
import type { ColumnNeed } from '../lint/column-use.js';
import type { DriftMeasure } from '../kinds/drift.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import type { RisingMetricOf } from '../kinds/metrics.js';
import type { Setting } from '../references/parameter-reference.js';
import { readSource, type Source } from '../options/source.js';
import type { Expression } from '../expressions/expression.js';
import { rowExpression } from '../expressions/row-expression.js';
import { sqlSetting } from '../expressions/row-sql.js';
import type { StepOptions } from '../options/step-options.js';
import type { PerformanceTrigger } from '../kinds/triggers.js';
import { lintMetric } from './evaluate.js';

/** Where true labels come from once they are known. */
export interface LabelSource {
  readonly source: Source;
  /** Column that holds a prediction's `request_id`; default `request_id`. */
  readonly key?: string;
  /**
   * The label over the columns of these files, of which no schema is known: columns of one of your own, or sql`late = 1`. Default the
   * expression of the training label.
   */
  readonly label?: Expression | Column;
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

export interface MonitorOptions<Of extends string = string, LabelTask extends Task = Task> extends StepOptions, MonitorSettings {
  /** At most one statistic of each raw column that a feature is made of, and of `score`. */
  readonly drift?: readonly DriftMeasure<ColumnOf<NoInfer<Of> | OfTheModel>>[];
  /** Rules beside those of `on.performanceBelow` in the pipeline's `retrain`. */
  readonly performance?: readonly PerformanceTrigger<RisingMetricOf<NoInfer<LabelTask>>>[];
}

/** What `monitorConfig` needs of its options, whatever the compiler knows. */
export interface MonitorDeclaration extends MonitorSettings {
  readonly drift?: readonly DriftMeasure[];
  readonly performance?: readonly PerformanceTrigger[];
}

/** Becomes a `MonitorConfig`. */
export function monitorConfig(options: MonitorDeclaration, knows: Knowledge, parameters: JsonObject, read: OptionReader): object {
  const {
    every,
    clock = 'wall',
    persistence = { windows: 2, of: 3 },
    minRows = 500,
    minLabelCoverage = 0.5,
    labels,
    grace,
  } = options;
  const { drift = [] } = options;
  lintDrift(drift, knows, read.at('drift'));
  const of = read.at('persistence.of').number(persistence.of, { min: 1, integer: true });
  read.at('persistence.windows').number(persistence.windows, { min: 1, max: of, integer: true });
  return {
    endpoint: knows.endpoint ?? '',
    model: knows.model ?? '',
    everyMs: read.at('every').duration(every),
    clock,
    ...(grace === undefined ? {} : { graceMs: read.at('grace').duration(grace, { positive: false }) }),
    drift: Object.fromEntries(
      drift.map(({ column, statistic, max, options }) => [
        column.name,
        { statistic, max, ...(options === undefined ? {} : { options }) },
      ]),
    ),
    ...(labels === undefined ? {} : { labels: readLabels(labels, knows, parameters, read.at('labels')) }),
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

function lintDrift(measures: readonly DriftMeasure[], knows: Knowledge, read: OptionReader): void {
  const seen = new Set<string>();
  for (const [index, { column, need, max }] of measures.entries()) {
    const at = read.at(index);
    at.at('max').number(max, { min: 0 });
    if (seen.size === seen.add(column.name).size)
      at.report('monitor-column', `another statistic of "${column.name}" is already there; a monitor keeps one of each column`);
    lintMeasured(column, need, knows, at);
  }
}

function lintMeasured(column: Column, need: ColumnNeed, { schema, inputColumns }: Knowledge, read: OptionReader): void {
  if (column === score || schema === undefined || inputColumns === undefined) return;
  if (read.column(schema, column, need) !== null && !inputColumns.includes(column.name)) {
    read.report(
      'monitor-column',
      `column "${column.name}" is used by no feature, so predictions do not record it; ${inputColumns.join(', ')} and score are`,
    );
  }
}

function readLabels(labels: Source | LabelSource, { label }: Knowledge, parameters: JsonObject, read: OptionReader): object {
  const { source, key = 'request_id', label: expression, delay = '0 seconds' } = 'source' in labels ? labels : { source: labels };
  const kinds = [label?.task === 'regression' ? 'number' : 'boolean'] as const;
  const scope = { schema: undefined, parameters };
  if (key === '') read.at('key').report('name', 'expected the name of a column');
  return {
    source: readSource(source, read.at('source')),
    key,
    sql: expression === undefined ? (label?.sql ?? '') : sqlSetting(rowExpression(expression, kinds, scope, read.at('label'))),
    delayMs: read.at('delay').duration(delay, { positive: false }),
  };
}

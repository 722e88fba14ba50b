import type { Task } from '../../contracts/stages/feature.js';
import type { Column } from '../../schema/column.js';
import type { Knowledge } from '../draft/draft.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import { builtInMetrics, metricNames } from '../../metrics/metrics.js';
import { type BuiltInMetricOf, type Metric, metricName, type MetricOf, type NameOfMetric } from '../kinds/metrics.js';
import type { Setting } from '../references/parameter-reference.js';
import type { QualityGate } from '../kinds/quality-gate.js';
import { betterThanChampion, guardSpecs } from '../kinds/quality-gate.js';
import type { StepOptions } from '../options/step-options.js';
import { threadsOf } from './train.js';

export interface EvaluateOptions<
  Of extends string = string,
  LabelTask extends Task = Task,
  Asked extends MetricOf<LabelTask> = MetricOf<LabelTask>,
  Judged extends MetricOf<LabelTask> = MetricOf<LabelTask>,
> extends StepOptions {
  /** Default: every built-in metric of the task. The gate's metric is always among them. */
  readonly metrics?: readonly Asked[];
  /** Default: better than the champion by ROC AUC (binary) or RMSE (regression), with 95% confidence. */
  readonly gate?: QualityGate<Judged>;
  /** Categories whose rows are also measured on their own. */
  readonly slices?: readonly Column<string, 'category', NoInfer<Of>>[];
  /** Slices with fewer rows are left out; default 100. */
  readonly minSliceRows?: Setting<number>;
  /** Name under which the model is registered; default the pipeline's name. */
  readonly model?: string;
  /** Longest 99th percentile of the load-and-serve check; default 500 milliseconds. */
  readonly infra?: { readonly maxP99?: Duration };
  /**
   * Whether a blessed model is fitted again on all rows, including the test rows, with the same settings, before it is deployed; default true.
   * Worker threads: the step's `resources.cpu` in whole threads, else 2.
   */
  readonly refit?: boolean;
}

/** What `evaluateConfig` needs of its options, whatever the compiler knows. */
export interface EvaluateDeclaration {
  readonly metrics?: readonly Metric[];
  readonly gate?: QualityGate;
  readonly slices?: readonly Column[];
  readonly minSliceRows?: Setting<number>;
  readonly infra?: { readonly maxP99?: Duration };
  readonly refit?: boolean;
  readonly resources?: StepOptions['resources'];
}

const DEFAULT_GATE_METRIC = { binary: 'roc_auc', regression: 'rmse' } as const satisfies Record<Task, Metric>;

/** Names of the metrics that a result has: those that were asked for, and the gate's. `never` where an option was left out. */
export type MetricsAskedFor<LabelTask extends Task, Asked extends Metric, Judged extends Metric> =
  | ([Asked] extends [never] ? BuiltInMetricOf<LabelTask> : NameOfMetric<Asked>)
  | ([Judged] extends [never] ? (typeof DEFAULT_GATE_METRIC)[LabelTask] : NameOfMetric<Judged>);

/** Becomes an `EvaluateConfig`. */
export function evaluateConfig(options: EvaluateDeclaration, knows: Knowledge, model: string, read: OptionReader): object {
  const task = knows.label?.task;
  const { slices = [], minSliceRows = 100, gate = betterThanChampion(DEFAULT_GATE_METRIC[task ?? 'binary']) } = options;
  const metrics = (options.metrics ?? builtInMetrics(task ?? 'binary')).map(metricName);
  const guards = guardSpecs(gate, task ?? 'binary', read.at('gate.guards'));
  if (task !== undefined) {
    for (const metric of new Set(metrics)) lintMetric(metric, task, read.at('metrics'));
    lintMetric(gate.metric, task, read.at('gate.metric'));
    for (const { metric } of guards) lintMetric(metric, task, read.at('gate.guards'));
  }
  lintSlices(slices, knows, read.at('slices'));
  read.at('minSliceRows').number(minSliceRows, { min: 1, integer: true });
  read.at('gate.confidence').number(gate.confidence, { min: 0.5, max: 1, open: true });
  read.at('gate.samples').number(gate.samples, { min: 100, integer: true });
  read.at('gate.margin').number(gate.margin, { min: 0 });
  read.at('gate.minEvents').number(gate.minEvents, { min: 0, integer: true });
  return {
    metrics: [...new Set([...metrics, gate.metric])],
    gate: { ...gate, guards },
    slices: slices.map(({ name }) => name),
    minSliceRows,
    model: read.at('model').name(model, 'the model name'),
    infra: { maxP99Ms: read.at('infra.maxP99').latency(options.infra?.maxP99 ?? '500 milliseconds') },
    ...(options.refit === false ? {} : { refit: refitConfig(options.resources) }),
  };
}

function refitConfig(resources: StepOptions['resources']): object {
  const threads = threadsOf(resources?.cpu);
  return threads === undefined ? {} : { threads };
}

export function lintMetric(metric: string, task: Task, read: OptionReader): void {
  const valid = metricNames(task);
  if (!valid.includes(metric)) read.report('metric', `"${metric}" does not measure a ${task} label; ${valid.join(', ')} do`);
}

function lintSlices(slices: readonly Column[], { schema, inputColumns }: Knowledge, read: OptionReader): void {
  if (schema === undefined || inputColumns === undefined) return;
  for (const slice of slices) {
    if (read.column(schema, slice, 'category') !== null && !inputColumns.includes(slice.name)) {
      read.report('slice-column', `column "${slice.name}" is used by no feature, so the feature set does not keep it`);
    }
  }
}

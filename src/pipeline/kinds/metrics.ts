import type { Task } from '../../contracts/stages/feature.js';
import { aText, either, made } from '../../errors/kinds.js';
import type { Direction, MetricKind } from '../../metrics/metric-kind.js';
import type { BuiltInMetric } from '../../metrics/metrics.js';

/** A metric: the name of a built-in one, or what `defineMetric` gives. */
export type Metric = BuiltInMetric['name'] | MetricKind;

type Named<Of extends Task, Better extends Direction> = Extract<
  BuiltInMetric,
  { readonly task: Of; readonly better: Better }
>['name'];

/** Names of the built-in metrics that fit a label's task. */
export type BuiltInMetricOf<LabelTask extends Task> = Named<LabelTask, Direction>;

/** Metrics that fit a label's task. */
export type MetricOf<LabelTask extends Task> = BuiltInMetricOf<LabelTask> | MetricKind<string, LabelTask>;

/** Under which a result has it. */
export type NameOfMetric<Each> = Each extends string ? Each : Each extends MetricKind<infer Name> ? Name : never;

/** Metrics of which less is worse, so that falling below a threshold means decay. */
export type RisingMetric = RisingMetricOf<Task>;
export type RisingMetricOf<LabelTask extends Task> = Named<LabelTask, 'higher'> | MetricKind<string, LabelTask, 'higher'>;

/** The task of a metric. */
export type TaskOf<Name extends Metric> =
  Name extends MetricKind<string, infer Of> ? Of : Extract<BuiltInMetric, { readonly name: Name }>['task'];

export const aMetric = either(
  { ...aText, expected: 'the name of a metric' },
  made('what defineMetric(...) gives', ({ name, compute }) => typeof name === 'string' && typeof compute === 'function'),
);

/** As the plan has it. */
export const metricName = (metric: Metric): string => (typeof metric === 'string' ? metric : metric.name);

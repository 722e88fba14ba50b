/** The door `perennial-ml/extend`: kinds of your own, which pipeline files name and workers run like the built-in ones. */
export { defineMetric } from '../metrics/define-metric.js';
export type { Direction, MetricDefinition, MetricKind } from '../metrics/metric-kind.js';
export type { RowWeights, ScoredRows } from '../metrics/scored-rows.js';

export { defineDrift } from '../monitoring/define-drift.js';
export type { DriftConstructor, DriftDefinition, DriftKind, Measured } from '../monitoring/drift-kind.js';
export { defineTrigger } from '../monitoring/triggers.js';
export type { TriggerConstructor } from '../monitoring/triggers.js';
export type { TriggerDefinition, TriggerKind, TriggerSubject } from '../monitoring/trigger-kind.js';
export type { Profile } from '../profiles/profile.js';
export { distributionGap } from '../monitoring/statistics/distribution-gap.js';
export type { DistributionGap } from '../monitoring/statistics/distribution-gap.js';
export { driftBins } from '../monitoring/statistics/drift-bins.js';
export type { DriftBins } from '../monitoring/statistics/drift-bins.js';
export type { ColumnProfile } from '../profiles/profile.js';

export { defineTrainer } from '../training/define-trainer.js';
export type {
  FeatureMatrix,
  FitContext,
  FitTask,
  FittedModel,
  KeptModel,
  RowsWanted,
  TrainerConstructor,
  TrainerDefinition,
  TrainerKind,
  TrainerSettings,
  TrainingData,
  TrainingRows,
} from '../training/trainer-kind.js';
export type { GraphBuilder, OnnxAttributes, OnnxDomain, OnnxTensor } from '../onnx/model-builder.js';
export type { OptionSchema, OptionsSchema } from '../kinds/json-schema.js';
export { defineObjectStore } from '../store/object-stores.js';
export type { ObjectStoreDefinition } from '../store/object-stores.js';
export type { StoreAddress } from '../store/store-kind.js';
export { openObjectStore } from '../store/open-store.js';
export type { OpenStoreOptions } from '../store/open-store.js';
export type { StoreSetting } from '../store/store-setting.js';
export type { GetOptions, ObjectInfo, ObjectStore, PutIfAbsentOptions, StoredObject } from '../store/port.js';
export { PipelineError } from '../errors/pipeline-error.js';
export { defineNotifier } from '../notices/notifiers.js';
export type { NoticeTools, NotifierConstructor, NotifierDefinition, SecretsIn } from '../notices/notifier-kind.js';
export { noticeHeadline, noticeText } from '../notices/notice-text.js';
export type { OptionProblem } from '../pipeline/options/problems.js';
export type { NoticeMessage, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
export { defineRollout } from '../rollout/rollouts.js';
export type { RolloutConstructor, RolloutDefinition, RolloutStep, RolloutSteps } from '../rollout/rollout-kind.js';
export { defineSource } from '../data/sources.js';
export type { SourceConstructor } from '../data/sources.js';
export type { LoadedSource, LoadResult, SourceDefinition, SourceRequest, SourceRow, WrittenFiles } from '../data/source-kind.js';
export { defineCheck } from '../validation/checks.js';
export type {
  AggregateValues,
  CheckDefinition,
  CheckSubject,
  CheckVerdict,
  RowCheckDefinition,
  RowRule,
  TableCheckDefinition,
  TableMeasure,
} from '../validation/check-definition.js';
export type { CheckConstructor } from '../validation/check-kind.js';
export { defineTransform } from '../features/transforms.js';
export type {
  ColumnsTransformDefinition,
  ColumnTransformDefinition,
  FitSubject,
  GraphSubject,
  SqlSubject,
} from '../features/transform-definition.js';
export type { ColumnsTransform, ColumnTransform } from '../features/transform-kind.js';
export { defineSplit } from '../features/splits.js';
export type { SplitDefinition, SplitSides, SplitSubject } from '../features/split-definition.js';
export type { SplitConstructor } from '../features/split-kind.js';
export type { SqlQuote } from '../contracts/sql-text.js';

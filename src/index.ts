/** The door `perennial-ml`: write pipelines. */
export * as check from './catalogues/check.js';
export * as col from './catalogues/col.js';
export * as drift from './catalogues/drift.js';
export * as feature from './catalogues/feature.js';
export * as gate from './catalogues/gate.js';
export * as label from './catalogues/label.js';
export * as notify from './catalogues/notify.js';
export * as on from './catalogues/on.js';
export * as param from './catalogues/param.js';
export * as rollout from './catalogues/rollout.js';
export * as source from './catalogues/source.js';
export * as split from './catalogues/split.js';
export * as trainer from './catalogues/trainer.js';

export { score } from './schema/column.js';
export type { Column } from './schema/column.js';
export type { ColumnField } from './schema/column-field.js';
export type { Parameter, ParameterInput, ParameterShape, ParameterValue } from './schema/parameter.js';
export { column, schema, schemaOf } from './schema/schema.js';
export type { ColumnTypes, Schema } from './schema/schema.js';
export { validateParameters } from './schema/validate-parameters.js';

export { definePipeline } from './pipeline/define-pipeline.js';
export type { PipelineOptions } from './pipeline/define-pipeline.js';
export type { PipelineBuilder } from './pipeline/pipeline-builder.js';
export type { CacheOptions } from './pipeline/options/cache-options.js';
export type { Pipeline, StepFunction } from './pipeline/pipeline.js';
export type { StepContext } from './pipeline/step-context.js';
export type { Ref, Reference, ResultOf } from './pipeline/references/reference.js';
export type {
  ApprovalReference,
  DatasetReference,
  EndpointReference,
  EvaluationReference,
  FeatureSetReference,
  ModelReference,
  MonitorReference,
  RetrainReference,
  ValidationReference,
} from './pipeline/references/stage-references.js';
export { abs, add, div, mul, neg, sub } from './pipeline/expressions/arithmetic.js';
export { eq, gt, gte, lt, lte, ne } from './pipeline/expressions/comparisons.js';
export { and, isNull, not, or } from './pipeline/expressions/logic.js';
export { sql } from './pipeline/expressions/sql.js';
export type { SqlExpression } from './pipeline/expressions/sql.js';
export type { Expression, Operand, RunCondition, SqlText, ValueKind } from './pipeline/expressions/expression.js';
export type { Branches, BranchResult } from './pipeline/flow/when.js';
export type { LoopReference } from './pipeline/flow/loop.js';
export type { LoopResult } from './contracts/stages/loop.js';
export type { RunOutcome } from './contracts/run.js';
export type { ParameterReference, Setting } from './pipeline/references/parameter-reference.js';
export type { PipelineIssue } from './pipeline/lint/issues.js';
export type { CommandResult } from './contracts/stages/command.js';
export type { CommandOptions, PythonOptions } from './pipeline/stages/command.js';
export { secret } from './pipeline/options/secret.js';
export type { SecretReference } from './pipeline/options/secret.js';
export { parseDuration } from './pipeline/duration.js';
export type { Duration } from './pipeline/duration.js';

export type { CsvOptions, SourceOptions } from './contracts/dataset.js';
export type { Metric, MetricOf } from './pipeline/kinds/metrics.js';
export { partitionsOf, range } from './pipeline/references/item-sources.js';
export type { ItemSource } from './pipeline/references/item-sources.js';
export type { MapItems, MapOptions, MapReference } from './pipeline/flow/map.js';
export type { DatasetPartition, ItemFailure, ItemList, MapResult } from './contracts/stages/map.js';

export type { ChangeTrigger, EventReference } from './pipeline/triggers/change-triggers.js';
export type { HookOptions } from './pipeline/options/hooks.js';
export { scheduledTime } from './pipeline/schedule/scheduled-time.js';
export type { ScheduledTime, TimeOffset } from './pipeline/schedule/scheduled-time.js';
export type { CalendarOptions, ScheduleOptions } from './pipeline/schedule/schedules.js';

export { defineConfig } from './config/config.js';
export type { PerennialConfig, Profile } from './config/config.js';
export { verifyNotice } from './notices/signature.js';
export type { NoticeMessage } from './contracts/plan/hooks.js';

export { drawDot } from './pipeline/drawing/draw-dot.js';
export { drawSvg } from './pipeline/drawing/draw-svg.js';
export { drawMermaid } from './pipeline/drawing/draw-mermaid.js';
export { drawTerminal } from './pipeline/drawing/draw-terminal.js';

export { isPipelineError, PipelineError } from './errors/pipeline-error.js';
export type { ErrorCode } from './errors/codes.js';
export type { ArtifactRef } from './contracts/artifact.js';
export type { JsonObject, JsonValue } from './contracts/json.js';
export type { Plan, PlanStep } from './contracts/plan.js';

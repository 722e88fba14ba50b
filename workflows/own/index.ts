/** The door `perennial-ml/workflow`: order the steps of a declared pipeline by hand, in a Temporal workflow of your own. */
export { perennial } from './perennial.js';
export type { PerennialOptions } from './perennial.js';
export type { CallOptions, ChildOptions, ApprovalOptions, StageOptions, Stages, StepResults } from './stages.js';
export { failureCode } from './failure-code.js';
export type { TrainingSignal } from '../../src/contracts/entities/continuous-training.js';
export type { JsonObject, JsonValue } from '../../src/contracts/json.js';
export type { RunResult, RunStatus, StepFailure, StepState } from '../../src/contracts/run.js';
export type { DeployResult } from '../../src/contracts/stages/deploy.js';
export type { EvaluateResult } from '../../src/contracts/stages/evaluate.js';
export type { FeatureResult } from '../../src/contracts/stages/feature.js';
export type { ApprovalResult } from '../../src/contracts/stages/gate.js';
export type { IngestResult } from '../../src/contracts/stages/ingest.js';
export type { MonitorResult } from '../../src/contracts/stages/monitor.js';
export type { RetrainResult } from '../../src/contracts/stages/retrain.js';
export type { TrainResult } from '../../src/contracts/stages/train.js';
export type { ValidateResult } from '../../src/contracts/stages/validate.js';

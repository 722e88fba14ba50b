/** The door `perennial/workflow`: order the steps of a declared pipeline by hand, in a Temporal workflow of your own. */
export { perennial } from './perennial.js';
export type { PerennialOptions } from './perennial.js';
export type { CallOptions, ChildOptions, GateOptions, StageOptions, Stages, StepResults } from './stages.js';
export { failureCode } from './failure-code.js';
export type { TrainingSignal } from '../../src/contracts/continuous-training.js';
export type { JsonObject, JsonValue } from '../../src/contracts/json.js';
export type { RunResult, RunStatus, StepFailure, StepState } from '../../src/contracts/run.js';
export type {
  DeployResult,
  EvaluateResult,
  FeatureResult,
  GateResult,
  IngestResult,
  MonitorResult,
  RetrainResult,
  TrainResult,
  ValidateResult,
} from '../../src/contracts/stages.js';

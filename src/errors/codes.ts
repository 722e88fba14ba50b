import { AUTHORING_CODES } from './codes/authoring/authoring.js';
import { CALL_CODES } from './codes/authoring/call.js';
import { CONTROL_FLOW_CODES } from './codes/authoring/control-flow.js';
import { EXTENSION_CODES } from './codes/authoring/extensions.js';
import { MAP_CODES } from './codes/authoring/map.js';
import { TESTING_CODES } from './codes/authoring/testing.js';
import { WORKFLOW_CODES } from './codes/authoring/workflow.js';
import { CACHE_CODES } from './codes/execution/cache.js';
import { EXECUTION_CODES } from './codes/execution/execution.js';
import { POOL_CODES } from './codes/execution/pools.js';
import { RUNS_CODES } from './codes/execution/runs.js';
import { SECRETS_CODES } from './codes/execution/secrets.js';
import { STORE_CODES } from './codes/execution/store.js';
import { TEMPORAL_CODES } from './codes/execution/temporal.js';
import { COMMAND_CODES } from './codes/stages/command.js';
import { DATA_CODES } from './codes/stages/data.js';
import { EVALUATION_CODES } from './codes/stages/evaluation.js';
import { FEATURES_CODES } from './codes/stages/features.js';
import { MONITORING_CODES } from './codes/stages/monitoring.js';
import { TRAINING_CODES } from './codes/stages/training.js';
import { REGISTRY_CODES } from './codes/models/registry.js';
import { SERVING_CODES } from './codes/models/serving.js';
import { CLI_CODES } from './codes/operations/cli.js';
import { CONFIG_CODES } from './codes/operations/config.js';
import { NOTICES_CODES } from './codes/operations/notices.js';
import { SCHEDULES_CODES } from './codes/operations/schedules.js';
import { TRIGGERS_CODES } from './codes/operations/triggers.js';

/** Every error code: AREA_PROBLEM. The areas are the files in the folders of `codes/`. */
export const ERROR_CODES = {
  ...AUTHORING_CODES,
  ...CALL_CODES,
  ...CONTROL_FLOW_CODES,
  ...EXTENSION_CODES,
  ...MAP_CODES,
  ...TESTING_CODES,
  ...WORKFLOW_CODES,
  ...CACHE_CODES,
  ...EXECUTION_CODES,
  ...POOL_CODES,
  ...RUNS_CODES,
  ...SECRETS_CODES,
  ...STORE_CODES,
  ...TEMPORAL_CODES,
  ...COMMAND_CODES,
  ...DATA_CODES,
  ...EVALUATION_CODES,
  ...FEATURES_CODES,
  ...MONITORING_CODES,
  ...TRAINING_CODES,
  ...REGISTRY_CODES,
  ...SERVING_CODES,
  ...CLI_CODES,
  ...CONFIG_CODES,
  ...NOTICES_CODES,
  ...SCHEDULES_CODES,
  ...TRIGGERS_CODES,
} as const;

/** A code of docs/errors.md. */
export type ErrorCode = keyof typeof ERROR_CODES;

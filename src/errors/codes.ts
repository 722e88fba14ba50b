import { AUTHORING_CODES } from './codes/authoring.js';
import { CALL_CODES } from './codes/call.js';
import { MAP_CODES } from './codes/map.js';
import { EXECUTION_CODES } from './codes/execution.js';
import { CONTROL_FLOW_CODES } from './codes/control-flow.js';
import { STORE_CODES } from './codes/store.js';
import { SECRETS_CODES } from './codes/secrets.js';
import { COMMAND_CODES } from './codes/command.js';
import { DATA_CODES } from './codes/data.js';
import { FEATURES_CODES } from './codes/features.js';
import { TRAINING_CODES } from './codes/training.js';
import { EVALUATION_CODES } from './codes/evaluation.js';
import { REGISTRY_CODES } from './codes/registry.js';
import { SERVING_CODES } from './codes/serving.js';
import { MONITORING_CODES } from './codes/monitoring.js';
import { TEMPORAL_CODES } from './codes/temporal.js';
import { CACHE_CODES } from './codes/cache.js';
import { RUNS_CODES } from './codes/runs.js';
import { TRIGGERS_CODES } from './codes/triggers.js';
import { NOTICES_CODES } from './codes/notices.js';
import { CLI_CODES } from './codes/cli.js';
import { POOL_CODES } from './codes/pools.js';
import { CONFIG_CODES } from './codes/config.js';
import { SCHEDULES_CODES } from './codes/schedules.js';
import { TESTING_CODES } from './codes/testing.js';
import { WORKFLOW_CODES } from './codes/workflow.js';
import { EXTENSION_CODES } from './codes/extensions.js';

/** Every error code: AREA_PROBLEM. The areas are the files in `codes/`. */
export const ERROR_CODES = {
  ...AUTHORING_CODES,
  ...EXECUTION_CODES,
  ...CALL_CODES,
  ...MAP_CODES,
  ...CONTROL_FLOW_CODES,
  ...STORE_CODES,
  ...SECRETS_CODES,
  ...COMMAND_CODES,
  ...DATA_CODES,
  ...FEATURES_CODES,
  ...TRAINING_CODES,
  ...EVALUATION_CODES,
  ...REGISTRY_CODES,
  ...SERVING_CODES,
  ...MONITORING_CODES,
  ...TEMPORAL_CODES,
  ...CACHE_CODES,
  ...RUNS_CODES,
  ...TRIGGERS_CODES,
  ...NOTICES_CODES,
  ...CLI_CODES,
  ...POOL_CODES,
  ...CONFIG_CODES,
  ...SCHEDULES_CODES,
  ...TESTING_CODES,
  ...WORKFLOW_CODES,
  ...EXTENSION_CODES,
} as const;

/** A code of docs/errors.md. */
export type ErrorCode = keyof typeof ERROR_CODES;

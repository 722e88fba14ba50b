/** The door `perennial-ml/serving`: run model servers. */
export { createModelServer } from './create-model-server.js';
export type { ModelServer } from './create-model-server.js';
export type { ModelServerOptions, ServerLimits } from './server-options.js';
export type { PredictionLogOptions } from './prediction-log/prediction-log.js';

/** The door `perennial-ml/worker`: processes that run the steps of pipelines. */
export { createPipelineWorker } from './create-worker.js';
export type { PipelineWorkerOptions } from './create-worker.js';
export type { PipelineWorker } from './lasting-worker.js';
export { perennialPlugin } from './temporal-plugin.js';
export type { PerennialPluginOptions } from './temporal-plugin.js';
export type { SecretProvider } from '../secrets/provider.js';
export {
  defaultSecretProvider,
  envFileSecrets,
  environmentSecrets,
  firstOf,
  folderSecrets,
} from '../secrets/default-provider.js';
export type { WorkerRole } from './worker-queues.js';
export type { DeviceSpec, Pools, PoolSpec } from '../contracts/plan/pools.js';

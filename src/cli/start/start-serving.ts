import type { ModelServer } from '../../serving/create-model-server.js';
import type { Environment } from '../../store/artifacts/cache-folder.js';
import type { StoreSetting } from '../../store/store-setting.js';

/** Starts a model server with the keys of `PERENNIAL_API_KEYS` (separated by commas). */
export async function startServing(
  options: {
    readonly store: StoreSetting;
    readonly endpoint: string;
    readonly host?: string;
    readonly port: number;
    readonly allowAnonymous?: boolean;
    /** Longest time, ms, until predictions are in a file of the log. */
    readonly logEvery?: number;
  },
  env: Environment,
): Promise<ModelServer> {
  const { createModelServer } = await import('../../serving/create-model-server.js');
  const apiKeys = (env['PERENNIAL_API_KEYS'] ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  const { store, endpoint, host, port, allowAnonymous = false, logEvery } = options;
  const server = await createModelServer({
    store,
    endpoint,
    port,
    apiKeys,
    allowAnonymous,
    ...(host === undefined ? {} : { host }),
    ...(logEvery === undefined ? {} : { predictionLog: { flushMs: logEvery } }),
  });
  await server.start();
  return server;
}

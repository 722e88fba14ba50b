import type { PipelineClient } from '../../client/index.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import type { StoreSetting } from '../../store/store-setting.js';

/** Connects, does the work and closes, whatever happens. */
export async function withClient<T>(
  settings: ConnectionSettings & { readonly taskQueue?: string; readonly store?: StoreSetting },
  work: (client: PipelineClient) => Promise<T>,
): Promise<T> {
  const { connectClient } = await import('../../client/index.js');
  const client = await connectClient(settings);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

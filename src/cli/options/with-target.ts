import type { DeployTarget } from '../../deploy/deploy.js';
import { connectionSettings } from './options.js';
import type { ConnectionFlags, QueueFlags } from './options.js';

/** Connects to where the flags say, does the work and closes, whatever happens. */
export async function withTarget<T>(flags: ConnectionFlags & QueueFlags, work: (target: DeployTarget) => Promise<T>): Promise<T> {
  const { connect, connectionOptions } = await import('../../temporal/connection.js');
  const settings = connectionSettings(flags);
  const { namespace } = connectionOptions(settings);
  const connection = await connect(settings);
  try {
    return await work({ connection, namespace, taskQueue: flags.taskQueue });
  } finally {
    await connection.close();
  }
}

import { Client } from '@temporalio/client';
import type { Pipeline } from 'perennial-ml';
import { connectClient, type PipelineClient } from 'perennial-ml/client';
import { createPipelineWorker } from 'perennial-ml/worker';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/server/dev-server.js';
import { temporaryFolder } from '../integration/execution-fixtures.js';
import { writeHistory } from './write-history.js';

/** Runs of the build on a dev server; `keep` stores the history of one. */
export interface Recording {
  readonly client: PipelineClient;
  readonly keep: (name: string, workflowId: string) => Promise<void>;
}

/** Gives `work` a server and a worker with these pipelines, and ends them after it. */
export async function recording(pipelines: readonly Pipeline[], work: (stand: Recording) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const server = await startDevServer({ uiPort: null });
  const { address, namespace } = server;
  const worker = await createPipelineWorker({ pipelines, store: folder.path, address, identity: 'recorder' });
  const running = worker.run();
  const client = await connectClient({ address });
  const connection = await connect({ address });
  const temporal = new Client({ connection, namespace });
  try {
    await work({ client, keep: (name, workflowId) => writeHistory(temporal, name, workflowId, folder.path) });
  } finally {
    await connection.close();
    await client.close();
    worker.shutdown();
    await running;
    await server.stop();
    await folder.remove();
  }
}

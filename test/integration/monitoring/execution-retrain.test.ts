import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { Owner } from '../../../src/contracts/store/ownership.js';
import type { WorkflowQueue } from '../../../src/contracts/plan/queues.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import { connect } from '../../../src/temporal/connection.js';
import { createTemporalDoor } from '../../../src/worker/handlers/temporal-door.js';
import { type DevServer, startDevServer } from '../../../src/temporal/server/dev-server.js';
import { findTemporalBinary } from '../../../src/temporal/server/find-binary.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { handMade, temporaryFolder } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const run = promisify(execFile);

const policy: RetrainConfig = {
  model: 'weather',
  pipeline: 'weather',
  on: [{ on: 'drift' }, { on: 'cron', expression: '0 3 * * 1', timezone: 'UTC' }],
  debounceMs: 1_000,
  coolDownMs: 60_000,
  budget: { runs: 3, perMs: 3_600_000 },
  clock: 'wall',
  window: { lengthMs: 86_400_000, from: 'from', to: 'to' },
  parameters: {},
};

const pipeline = handMade('weather', [{ id: 'retrain', kind: 'retrain', config: policy }]);

describe('the retrain stage', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: DevServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startDevServer({ uiPort: null });
    worker = await createPipelineWorker({ pipelines: [pipeline], store: folder.path, address: server.address });
    running = worker.run();
    client = await connectClient({ address: server.address });
  });

  afterAll(async () => {
    await client.close();
    worker.shutdown();
    await running;
    await server.stop();
    await folder.remove();
  });

  it('hands the policy to the entity of the model and keeps one schedule per cron trigger, also when it runs again', async () => {
    for (let time = 0; time < 2; time++) {
      const { workflowId } = await client.start(pipeline, {});
      expect((await client.result(workflowId)).results['retrain']).toEqual({
        entity: 'perennial/model/weather',
        model: 'weather',
      });
    }
    const owned = (await client.training('weather').status()).policy;
    expect(owned).toEqual({
      ...policy,
      owner: { pipeline: 'weather', project: { id: expect.any(String), store: expect.stringContaining(folder.path) } },
    });
    const temporal = (await findTemporalBinary()).path;
    const { stdout } = await run(temporal, ['schedule', 'list', '--address', server.address, '--output', 'json']);
    const schedules = JSON.parse(stdout) as { scheduleId: string }[];
    expect(schedules.map(({ scheduleId }) => scheduleId)).toEqual(['perennial/retrain/weather/0']);
  });

  it('obeys no policy of another project', async () => {
    const connection = await connect({ address: server.address });
    const door = createTemporalDoor(new Client({ connection }), 'ml' as WorkflowQueue);
    const owner: Owner = { pipeline: 'weather', project: { id: 'another', store: 's3://another' } };
    await expect(door.setTrainingPolicy('weather', { ...policy, owner })).rejects.toMatchObject({
      code: 'MONITOR_OWNED_ELSEWHERE',
      message: expect.stringMatching(/belongs to pipeline weather of the store file:.*s3:\/\/another/s) as unknown as string,
    });
    await connection.close();
  });

  it('passes the tick of a schedule on to the entity', async () => {
    const temporal = (await findTemporalBinary()).path;
    await run(temporal, ['schedule', 'trigger', '--address', server.address, '--schedule-id', 'perennial/retrain/weather/0']);
    await eventually(
      () => client.training('weather').status(),
      ({ pending, decisions }) =>
        [...pending.map(({ signal }) => signal), ...decisions.flatMap(({ triggers }) => triggers)].some(
          ({ kind }) => kind === 'cron',
        ),
    );
  });
});

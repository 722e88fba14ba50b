import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline } from '../../../src/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { createPipelineWorker, type PipelineWorker, type Pools } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder } from '../execution-fixtures.js';

const device = (id: string) => ({ id, type: 'fake', vramGiB: 80 });
const POOLS: Pools = { cpu: {}, gpu: { taskQueue: 'devices', gpu: 2, limit: 2, devices: [device('3'), device('5')] } };
/** So large that three of them make two pages, and each page a shard. */
const ITEMS = ['a', 'b', 'c'].map((letter) => letter.repeat(10_000));
const SHARDS = ['0-2', '2-3'];

const ran: string[] = [];
const sharded = definePipeline('sharded', { params: {}, team: 'vision' }, (p) => {
  p.map('each', ITEMS, (item) => {
    const kept = p.step('kept', {
      inputs: { item },
      cache: true,
      resources: { gpu: 1 },
      run: (inputs, { devices }) => {
        ran.push(`kept ${inputs.item.charAt(0)}`);
        return { letter: inputs.item.charAt(0), devices: devices.length };
      },
    });
    return p.step('after', { inputs: { kept }, cache: true, run: (inputs) => ran.push(`after ${inputs.kept.letter}`) });
  });
});

type Scheduled = { readonly id: string; readonly queue: string; readonly priority: number; readonly team: string };

describe('the steps of a shard', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let connection: Connection;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address });
    connection = await connect({ address: server.address });
    const served = { pools: POOLS, pool: ['cpu', 'gpu'] };
    worker = await createPipelineWorker({ pipelines: [sharded], store: folder.path, address: server.address, ...served });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await connection.close();
    await server.stop();
    await folder.remove();
  });

  const scheduled = async (workflowId: string): Promise<readonly Scheduled[]> => {
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: made }) =>
      made == null
        ? []
        : {
            id: made.activityId ?? '',
            queue: made.taskQueue?.name ?? '',
            priority: made.priority?.priorityKey ?? 0,
            team: made.priority?.fairnessKey ?? '',
          },
    );
  };
  const runsOf = async (workflowId: string, run: NonNullable<Parameters<PipelineClient['start']>[2]>['run']) => {
    ran.length = 0;
    await client.start(sharded, {}, { workflowId, ...(run === undefined ? {} : { run }) });
    expect((await client.result(workflowId)).status).toBe('succeeded');
    return [...ran].sort();
  };
  const KEPT = ['kept a', 'kept b', 'kept c'];
  const ALL = ['after a', 'after b', 'after c', ...KEPT];

  it('are placed on the pools of the run, with its priority and team, under the limit of the pool', async () => {
    expect(await runsOf('first', { priority: 2, team: 'search' })).toEqual(ALL);
    const activities = (await Promise.all(SHARDS.map((shard) => scheduled(`first/each/${shard}`)))).flat();
    const order = { priority: 2, team: 'search' };
    expect([...activities].sort((one, other) => one.id.localeCompare(other.id))).toEqual([
      ...[0, 1, 2].map((index) => ({ id: `after[${index}]`, queue: 'cpu', ...order })),
      ...[0, 1, 2].map((index) => ({ id: `kept[${index}]`, queue: 'devices', ...order })),
    ]);
    expect(await client.admission('pool', 'gpu')).toMatchObject({ limit: 2, used: 0, queue: [] });
  });

  it('take results of other runs, unless the run was started without the cache or with a step forced', async () => {
    expect(await runsOf('again', undefined)).toEqual([]);
    expect(await runsOf('forced', { force: ['kept'] })).toEqual(KEPT);
    expect(await runsOf('uncached', { cache: false })).toEqual(ALL);
  });
});

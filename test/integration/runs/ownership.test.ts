import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import path from 'node:path';
import { monitorOperations } from '../../../activities/stages/monitor.js';
import type { Owner } from '../../../src/contracts/store/ownership.js';
import { OWNER_MEMO } from '../../../src/contracts/store/ownership.js';
import type { MonitorConfig } from '../../../src/contracts/stages/monitor.js';
import { type ChangeSubject, startOnChangeId } from '../../../src/contracts/plan/triggers.js';
import { deployGarbageSchedule } from '../../../src/deploy/garbage-schedule.js';
import { applyDeployment, planDeployment } from '../../../src/deploy/index.js';
import type { DeployedFor, DeployTarget } from '../../../src/deploy/deploy.js';
import { isPipelineError, type PipelineError } from '../../../src/errors/pipeline-error.js';
import { definePipeline } from '../../../src/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { projectOf } from '../../../src/store/project.js';
import { followersOf } from '../../../src/temporal/followers.js';
import { takeOverModel } from '../../../src/temporal/model-ownership.js';
import { connect } from '../../../src/temporal/connection.js';
import { createTemporalDoor } from '../../../src/worker/handlers/temporal-door.js';
import type { WorkflowQueue } from '../../../src/contracts/plan/queues.js';
import { runCli } from '../cli/run-cli.js';
import { createTestContext } from '../../test-context.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder } from '../execution-fixtures.js';

const MONITOR: MonitorConfig = {
  model: 'churn',
  endpoint: 'churn',
  everyMs: 3_600_000,
  clock: 'wall',
  drift: {},
} as unknown as MonitorConfig;
const nightly = definePipeline('churn', { params: {}, schedules: { nightly: { cron: '0 3 * * *', timezone: 'UTC' } } }, (p) => {
  p.step('only', { run: () => 1 });
});
const bare = definePipeline('churn', { params: {} }, (p) => {
  p.step('only', { run: () => 1 });
});

async function failureOf(work: Promise<unknown>): Promise<PipelineError> {
  const failure: unknown = await work.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  );
  if (!isPipelineError(failure)) throw failure;
  return failure;
}

describe('two projects in one namespace', () => {
  let server: TestServer;
  let connection: Connection;
  let temporal: Client;
  let target: DeployTarget;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    connection = await connect({ address: server.address });
    temporal = new Client({ connection, namespace: server.namespace });
    target = { connection, namespace: server.namespace, taskQueue: 'ml' };
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
    await folder.remove();
  });

  const storeOf = (team: string) => openObjectStore(path.join(folder.path, team));
  const ownerOf = async (team: string, pipeline = 'churn'): Promise<Owner> => ({
    pipeline,
    project: await projectOf(await storeOf(team)),
  });
  const monitor = async (team: string, pipeline = 'churn') => {
    const artifacts = createArtifactStore(await storeOf(team));
    const context = createTestContext(artifacts, { temporal: createTemporalDoor(temporal, 'ml' as WorkflowQueue) });
    const task = { config: MONITOR, inputs: {}, arguments: {} } as unknown as Parameters<typeof monitorOperations.monitor>[0];
    return monitorOperations.monitor(task, { ...context, run: { ...context.run, pipeline } });
  };
  const memoOf = async (id: string): Promise<unknown> => (await temporal.schedule.getHandle(id).describe()).action.memo;

  it('keep a project of a store the same, by whatever address it is reached', async () => {
    const [one, again, other] = [await ownerOf('a'), await ownerOf('./a'), await ownerOf('b')];
    expect(one.project.id).toBe(again.project.id);
    expect(one.project.id).not.toBe(other.project.id);
  });

  it('cannot take the monitor of a model from each other, unless they say why', async () => {
    await monitor('a');
    await monitor('a');
    expect(await memoOf('perennial/monitor/churn')).toMatchObject({ [OWNER_MEMO]: await ownerOf('a') });
    for (const taking of [monitor('b'), monitor('a', 'churn-two')]) {
      const failure = await failureOf(taking);
      expect(failure.code).toBe('MONITOR_OWNED_ELSEWHERE');
      expect(failure.message).toMatch(/perennial\/monitor\/churn belongs to pipeline churn of the store .*\/a/);
      expect(failure.message).toContain('--take-over');
    }
    const own: Owner = {
      ...(await ownerOf('b')),
      taken: { by: 'ada', reason: 'team a is gone', at: '2001-01-01T00:00:00.000Z' },
    };
    expect(await takeOverModel(temporal, 'churn', own)).toEqual(['schedule perennial/monitor/churn']);
    await monitor('b');
    expect(await memoOf('perennial/monitor/churn')).toMatchObject({ [OWNER_MEMO]: own });
    expect((await failureOf(monitor('a'))).code).toBe('MONITOR_OWNED_ELSEWHERE');
  });

  it('have each their own followers of a data set of one name, and their own ids of runs', async () => {
    const [{ project: a }, { project: b }] = [await ownerOf('a'), await ownerOf('b')];
    const subject: ChangeSubject = { kind: 'dataset', name: 'shared' };
    const door = createTemporalDoor(temporal, 'ml' as WorkflowQueue);
    for (const [n, project] of [a, b, a, b, b].entries()) await door.signalChange(subject, n, project);
    const heard = async (id: string) => {
      const handle = temporal.workflow.getHandle(id);
      const { events } = await handle.fetchHistory();
      const { memo } = await handle.describe();
      return [
        memo?.[OWNER_MEMO],
        (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes != null).length,
      ];
    };
    const { workflowId: ofB, scope } = await followersOf(temporal.workflow, subject, b);
    expect(await heard(startOnChangeId(subject))).toEqual([{ pipeline: '', project: a }, 2]);
    expect(await heard(ofB)).toEqual([{ pipeline: '', project: b }, 3]);
    expect(scope).toBe(b.id.slice(0, 8));
    for (const id of [startOnChangeId(subject), ofB]) await temporal.workflow.getHandle(id).terminate();
  });

  it('cannot replace the cleaning of the other store, unless they say why', async () => {
    const [{ project: a }, { project: b }] = [await ownerOf('a'), await ownerOf('b')];
    const clean = (owner: DeployedFor) =>
      deployGarbageSchedule(target, { cron: '0 4 * * *', timezone: 'UTC', options: {}, owner });
    const id = await clean({ project: a });
    await clean({ project: a });
    const failure = await failureOf(clean({ project: b }));
    expect(failure.code).toBe('SCHEDULES_OWNED_ELSEWHERE');
    expect(failure.message).toContain('--take-over');
    const taken = { by: 'ada', reason: 'moved', at: '2001-01-01T00:00:00.000Z' };
    await clean({ project: b, taken });
    expect(await memoOf(id)).toMatchObject({ perennialSchedule: { owner: { project: b, taken } } });
    expect((await failureOf(clean({ project: a }))).code).toBe('SCHEDULES_OWNED_ELSEWHERE');
  });

  it('take over by `perennial deploy --take-over`, which keeps who and why', async () => {
    const deploy = (team: string, ...words: string[]) =>
      runCli([
        ...['deploy', 'test/integration/fixtures/owned-nightly.ts', '--yes', '--json', '--by', 'ada'],
        ...['--address', server.address, '--store', path.join(folder.path, team), ...words],
      ]);
    expect(await deploy('a')).toMatchObject({ code: 0 });
    const refused = await deploy('b');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('SCHEDULES_OWNED_ELSEWHERE') });
    expect(await deploy('b', '--take-over', 'team a is gone')).toMatchObject({ code: 0 });
    const { project } = await ownerOf('b');
    expect(await memoOf('owned-nightly/nightly')).toMatchObject({
      perennialSchedule: { owner: { project, taken: { by: 'ada', reason: 'team a is gone' } } },
    });
  }, 60_000);

  it('cannot change or delete the schedules of a pipeline of the same name, unless they say why', async () => {
    const [a, b] = [(await ownerOf('a')).project, (await ownerOf('b')).project];
    const deploy = async (pipeline: typeof nightly, owner: { project: typeof a; taken?: NonNullable<Owner['taken']> }) => {
      const plan = await planDeployment(target, [pipeline], { prune: false, owner });
      await applyDeployment(target, [pipeline], plan, owner);
      return plan.schedules;
    };
    expect(await deploy(nightly, { project: a })).toMatchObject([{ action: 'create' }]);
    expect(await deploy(nightly, { project: a })).toMatchObject([{ action: 'unchanged' }]);
    const failure = await failureOf(deploy(nightly, { project: b }));
    expect(failure.code).toBe('SCHEDULES_OWNED_ELSEWHERE');
    expect(failure.message).toMatch(/churn\/nightly of pipeline churn of the store .*\/a/);
    expect(await deploy(bare, { project: b })).toEqual([]);
    const taken = { by: 'ada', reason: 'moved', at: '2001-01-01T00:00:00.000Z' };
    expect(await deploy(nightly, { project: b, taken })).toMatchObject([{ action: 'update', fields: [{ field: 'owner' }] }]);
    expect(await deploy(nightly, { project: b })).toMatchObject([{ action: 'unchanged' }]);
    expect(await memoOf('churn/nightly')).toMatchObject({ perennialSchedule: { owner: { project: b, taken } } });
    expect(await deploy(bare, { project: b })).toMatchObject([{ action: 'delete' }]);
  });
});

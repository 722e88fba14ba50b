import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import fs from 'node:fs/promises';
import path from 'node:path';
import { connectClient } from '../../../src/client/index.js';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { PipelineClient } from '../../../src/client/index.js';
import { applyDeployment, hasChanges, listSchedules, planDeployment } from '../../../src/deploy/index.js';
import type { DeployTarget } from '../../../src/deploy/deploy.js';
import type { DeployPlan } from '../../../src/deploy/deploy-plan.js';
import { definePipeline, param, scheduledTime } from '../../../src/index.js';
import type { Pipeline, ScheduleOptions } from '../../../src/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import { runCli } from '../cli/run-cli.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const EXAMPLE = 'examples/scheduled/pipeline.ts';
const params = { from: param.date(), trees: param.integer({ default: 10 }) };
type Options = ScheduleOptions<typeof params>;

const nightly: Options = {
  cron: '0 3 * * mon-fri',
  timezone: 'Europe/Berlin',
  jitter: '90 seconds',
  catchUp: '2 days',
  description: 'every working day',
  params: { from: scheduledTime({ offset: '-1 day', timezone: 'UTC' }) },
};
const pipelineWith = (schedules: { readonly [name: string]: Options }, name = 'scheduled-model'): Pipeline =>
  definePipeline(name, { params, schedules }, (p) => {
    p.step('only', { run: (_inputs, { parameters }) => parameters });
  });

let server: TestServer;
let connection: Connection;
let temporal: Client;
let client: PipelineClient;
let target: DeployTarget;
let store: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  const folder = await temporaryFolder();
  store = folder.path;
  server = await startTestServer();
  const { address, namespace } = server;
  connection = await connect({ address });
  temporal = new Client({ connection, namespace });
  target = { connection, namespace, taskQueue: 'ml' };
  client = await connectClient({ address });
  const worker = await createPipelineWorker({ pipelines: [pipelineWith({})], store: folder.path, address });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
    await client.close();
    await connection.close();
    await server.stop();
    await folder.remove();
  };
});
afterAll(() => stop());

const deploy = async (pipelines: readonly Pipeline[], prune = false): Promise<DeployPlan> => {
  const plan = await planDeployment(target, pipelines, { prune });
  await applyDeployment(target, pipelines, plan);
  return plan;
};
const actions = ({ schedules }: DeployPlan): readonly string[] => schedules.map(({ action, id }) => `${action} ${id}`);
/** Lists are a moment behind. */
const comesToBe = (holds: () => Promise<boolean>): Promise<boolean> => eventually(holds, (held) => held);
const listed = async (): Promise<readonly string[]> => (await listSchedules(target, true)).map(({ id }) => id);

describe('deploying schedules', () => {
  it('creates what is declared as a stock schedule of the own workflow type, and nothing the second time', async () => {
    const pipelines = [
      pipelineWith({ nightly, often: { every: '6 hours', offset: '10 minutes', params: { from: '2001-01-01' } } }),
    ];
    expect(actions(await deploy(pipelines))).toEqual(['create scheduled-model/nightly', 'create scheduled-model/often']);
    const again = await planDeployment(target, pipelines, { prune: false });
    expect(again.schedules.map(({ action, fields }) => ({ action, fields }))).toEqual([
      { action: 'unchanged', fields: [] },
      { action: 'unchanged', fields: [] },
    ]);
    expect(hasChanges(again)).toBe(false);
    const { action, spec, policies } = await temporal.schedule.getHandle('scheduled-model/nightly').describe();
    expect(action).toMatchObject({ workflowType: 'scheduled-model', workflowId: 'scheduled-model/nightly', taskQueue: 'ml' });
    expect(action.args).toEqual([{ from: { $scheduledTime: { offset: '-1 day', format: 'date', timezone: 'UTC' } } }]);
    expect(spec).toMatchObject({ timezone: 'Europe/Berlin', jitter: 90_000 });
    expect(policies).toEqual({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 172_800_000, pauseOnFailure: false });
  });

  it('updates what the file changed, field by field, and leaves a paused one paused', async () => {
    await temporal.schedule.getHandle('scheduled-model/nightly').pause('not now');
    const changed: Options = { ...nightly, cron: '30 4 * * *', overlap: 'buffer-one' };
    const plan = await deploy([
      pipelineWith({ nightly: changed, often: { every: '6 hours', offset: '10 minutes', params: { from: '2001-01-01' } } }),
    ]);
    expect(plan.schedules[0]).toMatchObject({
      action: 'update',
      fields: [
        { field: 'when', before: 'cron 0 3 * * mon-fri', after: 'cron 30 4 * * *', drift: false },
        { field: 'overlap', before: 'skip', after: 'buffer-one', drift: false },
      ],
    });
    const { state } = await temporal.schedule.getHandle('scheduled-model/nightly').describe();
    expect(state).toMatchObject({ paused: true, note: 'not now' });
    await temporal.schedule.getHandle('scheduled-model/nightly').unpause();
  });

  it('shows an edit made in Temporal as drift and puts it back', async () => {
    const changed: Options = { ...nightly, cron: '30 4 * * *', overlap: 'buffer-one' };
    const handle = temporal.schedule.getHandle('scheduled-model/nightly');
    await handle.update(({ spec, action, policies, state }) => ({
      spec: { calendars: [{ hour: 23, minute: 0 }], timezone: spec.timezone ?? 'UTC', jitter: spec.jitter ?? 0 },
      action,
      policies: { ...policies, pauseOnFailure: true },
      state,
    }));
    const plan = await deploy([pipelineWith({ nightly: changed })]);
    expect(plan.schedules[0]).toMatchObject({
      action: 'update',
      fields: [
        { field: 'when', after: 'cron 30 4 * * *', drift: true },
        { field: 'pauseOnFailure', before: 'true', after: 'false', drift: true },
      ],
    });
    expect(actions(await planDeployment(target, [pipelineWith({ nightly: changed })], { prune: false }))).toContain(
      'unchanged scheduled-model/nightly',
    );
  });

  it('deletes what its file no longer declares, and with prune what no file does', async () => {
    await deploy([pipelineWith({ weekly: { every: '7 days', params: { from: '2001-01-01' } } }, 'other-model')]);
    await comesToBe(async () => (await listed()).includes('other-model/weekly'));
    await comesToBe(async () => !(await listed()).includes('scheduled-model/often'));
    const left = await planDeployment(target, [pipelineWith({ nightly })], { prune: false });
    expect(actions(left)).not.toContain('delete other-model/weekly');
    expect(actions(await deploy([pipelineWith({ nightly })], true))).toContain('delete other-model/weekly');
    await comesToBe(async () => !(await listed()).includes('other-model/weekly'));
  });

  it('refuses to take over a schedule that somebody else made', async () => {
    const action = { type: 'startWorkflow' as const, workflowType: 'x', taskQueue: 'ml' };
    await temporal.schedule.create({ scheduleId: 'scheduled-model/mine', spec: { intervals: [{ every: '1 day' }] }, action });
    await expect(
      planDeployment(target, [pipelineWith({ mine: { every: '1 day', params: { from: '2001-01-01' } } })], { prune: false }),
    ).rejects.toMatchObject({ code: 'SCHEDULES_NOT_OURS', details: { schedules: ['scheduled-model/mine'] } });
    await temporal.schedule.getHandle('scheduled-model/mine').delete();
  });
});

describe('a scheduled run', () => {
  it('has its parameters from the time that it was scheduled for', async () => {
    await deploy([pipelineWith({ nightly })]);
    await temporal.schedule
      .getHandle('scheduled-model/nightly')
      .backfill({
        start: new Date('2001-03-26T00:30:00Z'),
        end: new Date('2001-03-26T01:30:00Z'),
        overlap: ScheduleOverlapPolicy.ALLOW_ALL,
      });
    let id = '';
    await comesToBe(async () => {
      const [run] = await client.list('WorkflowType = "scheduled-model" AND ExecutionStatus = "Completed"');
      id = run?.workflowId ?? '';
      return run !== undefined;
    });
    expect(id).toBe('scheduled-model/nightly-2001-03-26T01:00:00Z');
    expect((await client.status(id)).parameters).toEqual({ from: '2001-03-25', trees: 10 });
    const [run] = await client.list('WorkflowType = "scheduled-model"');
    expect(run?.trigger).toBe('schedule scheduled-model/nightly');
  });
});

describe('perennial deploy and schedules', () => {
  const cli = (...words: readonly string[]) => runCli(words, { TEMPORAL_ADDRESS: server.address, PERENNIAL_USER: 'maria' });

  it('shows the plan, asks for --yes, applies, and steers', async () => {
    const dry = await cli('deploy', EXAMPLE, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/\+ schedule daily-count\/nightly\n +when: cron 0 3 \* \* \*[^]*2 to create, 0 to update/);
    const unasked = await cli('deploy', EXAMPLE);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(/DEPLOY_NOT_CONFIRMED nothing was changed/);
    expect((await cli('deploy', EXAMPLE, '--yes')).stdout).toMatch(/Done\./);
    const [paused, again] = await Promise.all([
      cli('schedules', 'pause', 'daily-count/nightly', '--reason', 'audit'),
      cli('deploy', EXAMPLE, '--json'),
    ]);
    expect(paused.stdout).toBe('Paused: daily-count/nightly.\n');
    expect(JSON.parse(again.stdout)).toMatchObject({
      applied: false,
      schedules: [{ action: 'unchanged' }, { action: 'unchanged' }],
    });
    const list = JSON.parse((await cli('schedules', 'list', '--json')).stdout) as object[];
    expect(list).toContainEqual(
      expect.objectContaining({
        id: 'daily-count/nightly',
        paused: true,
        note: 'paused by maria: audit',
        when: 'cron 0 3 * * *',
      }),
    );
    const wrong = await cli('schedules', 'trigger', 'daily-count/nigthly');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/SCHEDULES_NOT_FOUND[^]*daily-count\/monthly, daily-count\/nightly/);
    expect((await cli('schedules', 'delete', 'daily-count/nightly')).code).toBe(0);
    await expect(temporal.schedule.getHandle('daily-count/nightly').describe()).rejects.toMatchObject({
      name: 'ScheduleNotFoundError',
    });
  });
});

describe('cleaning of the store', () => {
  const publish = async (text: string): Promise<ArtifactRef> =>
    createArtifactStore(await openObjectStore(store)).publish({
      kind: 'files',
      files: [{ name: 'a', mediaType: 'text/plain', content: { bytes: Buffer.from(text) } }],
      meta: {},
      inputs: [],
    });
  const age = async (folder: string): Promise<void> => {
    const then = new Date(Date.now() - 3 * 86_400_000);
    for (const name of await fs.readdir(folder, { recursive: true })) await fs.utimes(path.join(folder, name), then, then);
  };
  const exists = async (ref: ArtifactRef): Promise<boolean> => createArtifactStore(await openObjectStore(store)).exists(ref);

  it('is done by the workers when the schedule says so, and spares what nothing but the history of an open workflow names', async () => {
    const [lost, named] = [await publish('lost'), await publish('named')];
    await age(path.join(store, 'artifacts'));
    await age(path.join(store, 'objects'));
    const environment = { TEMPORAL_ADDRESS: server.address, PERENNIAL_STORE: store };
    const waiting = await temporal.workflow.start('nobody', {
      workflowId: 'waits',
      taskQueue: 'nobody',
      args: [{ given: named }],
    });
    await comesToBe(async () => (await temporal.workflow.count('WorkflowType = "nobody"')).count > 0);

    const dry = await runCli(['gc', '--dry-run', '--json'], environment);
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, removed: { objects: 2 } });
    expect(await exists(lost)).toBe(true);

    const deployed = await runCli(['gc', '--schedule', '0 4 * * *', '--older-than', '2d', '--json'], environment);
    expect(JSON.parse(deployed.stdout)).toMatchObject({ schedule: 'collectGarbage/ml', olderThanMs: 172_800_000 });
    expect((await listSchedules(target, false)).map(({ id }) => id)).toContain('collectGarbage/ml');
    expect(actions(await deploy([pipelineWith({})], true))).not.toContain('delete collectGarbage/ml');
    await temporal.schedule.getHandle('collectGarbage/ml').trigger();
    await comesToBe(async () => !(await exists(lost)));
    expect(await exists(named)).toBe(true);

    await waiting.terminate();
    await comesToBe(
      async () => (await temporal.workflow.count('WorkflowType = "nobody" AND ExecutionStatus = "Running"')).count === 0,
    );
    const cleaned = await runCli(['gc'], environment);
    expect(cleaned.stdout).toContain('Removed 2 objects');
    expect(await exists(named)).toBe(false);
  });

  it('asks nobody what is open unless it is told not to ask', async () => {
    const { code, stderr } = await runCli(['gc', '--json'], { TEMPORAL_ADDRESS: '127.0.0.1:1', PERENNIAL_STORE: store });
    expect([code, stderr]).toEqual([3, expect.stringContaining('TEMPORAL_UNREACHABLE')]);
    expect((await runCli(['gc', '--no-server'], { TEMPORAL_ADDRESS: '127.0.0.1:1', PERENNIAL_STORE: store })).code).toBe(0);
  });
});

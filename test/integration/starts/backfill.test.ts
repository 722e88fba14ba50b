import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { createBackfills } from '../../../src/client/backfills.js';
import type { Backfills } from '../../../src/client/backfills.js';
import { connectClient } from '../../../src/client/index.js';
import type { PipelineClient, RunSummary } from '../../../src/client/index.js';
import { BACKFILL_WORKFLOW, backfillId, partitionRunId } from '../../../src/contracts/entities/backfill.js';
import type { BackfillSpec, BackfillStatus } from '../../../src/contracts/entities/backfill.js';
import { connect } from '../../../src/temporal/connection.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import days from './backfill-days.js';
import { runCli } from '../cli/run-cli.js';
import type { CliResult } from '../cli/run-cli.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const FILE = 'test/integration/starts/backfill-days.ts';
const PIPELINE = 'days';

let server: TestServer;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let connection: Connection;
let client: PipelineClient;
let backfills: Backfills;
let worker: { readonly stop: () => Promise<void> };
let broken: string;

const environment = (): Record<string, string> => ({
  TEMPORAL_ADDRESS: server.address,
  PERENNIAL_STORE: path.join(folder.path, 'store'),
  PERENNIAL_USER: 'maria',
  BROKEN: broken,
});
const startWorker = async (name = 'store', taskQueue = 'ml'): Promise<typeof worker> => {
  const store = path.join(folder.path, name);
  const started = await createPipelineWorker({
    pipelines: [days],
    store,
    address: server.address,
    taskQueue,
    shutdownGraceMs: 100,
  });
  const running = started.run();
  return {
    stop: async () => {
      started.shutdown();
      await running;
    },
  };
};
/** Runs whose id begins so, once the list of runs has caught up with that many that have ended. */
const listed = (prefix: string, ended: number): Promise<readonly RunSummary[]> =>
  eventually(
    () => client.list(`WorkflowId STARTS_WITH "${prefix}"`),
    (runs) => runs.filter(({ finishedAt }) => finishedAt !== null).length >= ended,
  );
const cli = (...words: readonly string[]): Promise<CliResult> => runCli(['backfill', FILE, ...words], environment());

const spec = (over: Partial<BackfillSpec>): BackfillSpec => ({
  pipeline: PIPELINE,
  name: 'test',
  from: '2001-01-01T00:00:00Z',
  to: '2001-01-07T00:00:00Z',
  timezone: 'UTC',
  cut: { by: 'span', every: '1 day', fromParameter: 'from', toParameter: 'to', format: 'date' },
  parameters: {},
  order: 'oldest',
  concurrency: 2,
  rerun: 'failed',
  author: 'maria',
  ...over,
});
const until = async (name: string, fits: (status: BackfillStatus) => boolean): Promise<BackfillStatus> => {
  const look = (): Promise<BackfillStatus | null> => backfills.status(PIPELINE, name).catch(() => null);
  return (await eventually(look, (status) => status !== null && fits(status))) as BackfillStatus;
};
const closed = ({ status }: BackfillStatus): boolean => !['running', 'paused'].includes(status);

beforeAll(async () => {
  folder = await temporaryFolder();
  broken = path.join(folder.path, 'broken');
  process.env['BROKEN'] = broken;
  server = await startTestServer();
  connection = await connect({ address: server.address });
  client = await connectClient({ address: server.address });
  backfills = createBackfills(connection, server.namespace, 'ml');
  worker = await startWorker();
});
afterAll(async () => {
  await worker.stop();
  await client.close();
  await connection.close();
  await server.stop();
  await folder.remove();
});

describe('perennial backfill', () => {
  it('lists the partitions first, then runs them; one that fails does not stop the others and runs again the second time', async () => {
    await fs.writeFile(broken, '');
    const range = ['--from', '2001-01-01', '--to', '2001-01-07'];
    const dry = await cli(...range, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/2001-01-01 +│ missing[^]*6 partitions, 6 would run/);
    const first = await cli(...range, '--json');
    expect(first.code).toBe(1);
    const report = JSON.parse(first.stdout) as BackfillStatus & { readonly partitions: readonly Record<string, unknown>[] };
    expect(report).toMatchObject({
      status: 'failed',
      outcomes: 'ssfsss',
      counts: { succeeded: 5, failed: 1 },
      failures: [{ partition: '2001-01-03', message: expect.stringMatching(/no data of this day/) }],
    });
    expect(report.partitions[0]).toMatchObject({
      partition: '2001-01-01',
      status: 'succeeded',
      workflowId: 'days/backfill/2001-01-01',
    });
    const parameters = (await client.status('days/backfill/2001-01-01')).parameters;
    expect(parameters).toEqual({ from: '2001-01-01', to: '2001-01-02', ms: 20 });

    await fs.rm(broken);
    const again = await cli(...range);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(/has succeeded: 1 succeeded, 5 kept of 6/);
    const runs = await listed('days/backfill/', 7);
    expect(runs.filter(({ workflowId }) => workflowId === 'days/backfill/2001-01-03')).toHaveLength(2);
    expect(runs).toHaveLength(7);
    expect(runs[0]?.trigger).toBe('backfill 2001-01-01..2001-01-07-1-day');
  });

  it('refuses what cannot be cut, before anything starts', async () => {
    const ends = await cli('--from', '2001-02-01', '--to', '2001-01-01', '--every', 'week');
    const parameter = await cli('--from', '2001-01-01', '--to', '2001-02-01', '--param-from', 'day');
    expect([ends.code, parameter.code]).toEqual([2, 2]);
    expect(ends.stderr).toMatch(/BACKFILL_RANGE[^]*not before the end[^]*partitions of "week"/);
    expect(parameter.stderr).toMatch(/BACKFILL_PARAMETERS[^]*no parameter day[^]*from, to, ms/);
  });
});

describe('a back-fill', () => {
  it('takes the times and the parameters of a schedule, newest first', async () => {
    const parameters = {
      from: { $scheduledTime: { offset: '-1 day', format: 'date', timezone: 'UTC' } },
      to: { $scheduledTime: { offset: '0 days', format: 'date', timezone: 'UTC' } },
    };
    const cut = { by: 'schedule', schedule: 'nightly', timing: { cron: '0 3 * * *' } } as const;
    const scheduled = spec({ name: 'scheduled', cut, parameters, order: 'newest', concurrency: 1 });
    await backfills.start(scheduled);
    await until('scheduled', closed);
    const report = await backfills.report(scheduled);
    expect(report.map(({ partition }) => partition).slice(0, 2)).toEqual([
      'nightly/2001-01-06T03:00Z',
      'nightly/2001-01-05T03:00Z',
    ]);
    const started = report.map(({ startedAt }) => startedAt ?? '');
    expect([...started].sort()).toEqual(started);
    const { parameters: resolved } = await client.status(partitionRunId(PIPELINE, 'nightly/2001-01-06T03:00Z'));
    expect(resolved).toMatchObject({ from: '2001-01-05', to: '2001-01-06' });
  });

  it('is paused, refuses a second one of its name, goes on, and runs at most so many at once', async () => {
    const slow = spec({ name: 'paused', from: '2002-01-01T00:00:00Z', to: '2002-01-09T00:00:00Z', parameters: { ms: 300 } });
    await backfills.start(slow);
    await until('paused', ({ counts }) => counts.succeeded > 0);
    await backfills.pause(PIPELINE, 'paused', { paused: true, by: 'maria' });
    const held = await until('paused', ({ counts }) => counts.running === 0);
    expect(held).toMatchObject({ status: 'paused', pausedBy: 'maria' });
    expect(held.counts.pending).toBeGreaterThan(0);
    await expect(backfills.start(slow)).rejects.toMatchObject({ code: 'BACKFILL_RUNNING' });
    await backfills.pause(PIPELINE, 'paused', { paused: false, by: 'maria' });
    expect(await until('paused', closed)).toMatchObject({ status: 'succeeded', counts: { succeeded: 8 } });
    const runs = await listed('days/backfill/2002-01', 8);
    const most = Math.max(
      ...runs.map(
        ({ startedAt }) => runs.filter((run) => run.startedAt <= startedAt && (run.finishedAt ?? '') > startedAt).length,
      ),
    );
    expect(most).toBeLessThanOrEqual(2);
  });

  it('stops with its runs when it is cancelled, and does the rest when it is started again', async () => {
    const slow = spec({ name: 'cancelled', from: '2003-01-01T00:00:00Z', to: '2003-01-05T00:00:00Z', parameters: { ms: 700 } });
    await backfills.start(slow);
    await until('cancelled', ({ counts }) => counts.succeeded > 0 && counts.running > 0);
    await backfills.cancel(PIPELINE, 'cancelled');
    const end = await until('cancelled', closed);
    expect(end.status).toBe('cancelled');
    expect(end.counts.running).toBe(0);
    expect(end.counts.cancelled).toBeGreaterThan(0);
    await backfills.start(slow);
    const { counts } = await until('cancelled', closed);
    expect(counts).toMatchObject({ failed: 0, cancelled: 0, pending: 0 });
    expect(counts.kept).toBeGreaterThan(0);
  });

  it('goes on when another worker takes its place, and runs no partition twice', async () => {
    const moved = spec({ name: 'moved', from: '2004-01-01T00:00:00Z', to: '2004-01-07T00:00:00Z', parameters: { ms: 400 } });
    await backfills.start(moved);
    await until('moved', ({ counts }) => counts.succeeded > 0 && counts.running > 0);
    await worker.stop();
    worker = await startWorker();
    expect(await until('moved', closed)).toMatchObject({ status: 'succeeded', counts: { succeeded: 6 } });
    const runs = await listed('days/backfill/2004-01', 6);
    expect(runs).toHaveLength(6);
  });

  it('takes no run of another store for its own, though a pipeline of the same name made it', async () => {
    const two = { from: '2004-01-01T00:00:00Z', to: '2004-01-03T00:00:00Z' };
    const others = await startWorker('store of others', 'others');
    const theirs = createBackfills(connection, server.namespace, 'others');
    expect((await theirs.report(spec(two))).map(({ status }) => status)).toEqual(['missing', 'missing']);
    await theirs.start(spec({ name: 'theirs', concurrency: 1, ...two }));
    const { status, failures } = await until('theirs', closed);
    await others.stop();
    expect(status).toBe('failed');
    expect(failures).toEqual(
      ['2004-01-01', '2004-01-02'].map((partition) => ({
        partition,
        code: 'BACKFILL_OWNED_ELSEWHERE',
        message: expect.stringContaining(`belongs to pipeline days of the store file://${folder.path}/store`),
      })),
    );
  });

  it('continues as new by itself, and keeps the history of each of its runs small', async () => {
    const many = spec({
      name: 'many',
      from: '2005-01-01T00:00:00Z',
      to: '2005-01-01T12:00:00Z',
      cut: { by: 'span', every: '1 hour', fromParameter: 'from', toParameter: 'to', format: 'date' },
      parameters: { ms: 0 },
      concurrency: 4,
    });
    const { workflow } = new Client({ connection, namespace: server.namespace });
    await workflow.start(BACKFILL_WORKFLOW, {
      workflowId: backfillId(PIPELINE, 'many'),
      taskQueue: 'ml',
      args: [{ spec: many, mostStarts: 8 }],
    });
    expect(await until('many', closed)).toMatchObject({ status: 'succeeded', total: 12, counts: { succeeded: 12 } });
    const lengthsOfParts = async (): Promise<number[]> => {
      const lengths: number[] = [];
      for await (const part of workflow.list({ query: `WorkflowId = "${backfillId(PIPELINE, 'many')}"` }))
        lengths.push(part.historyLength);
      return lengths;
    };
    const parts = await eventually(lengthsOfParts, (lengths) => lengths.length === 2);
    expect(Math.max(...parts)).toBeLessThan(200);
  });
});

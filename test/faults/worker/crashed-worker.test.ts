import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { WORKER_LOST_TYPE } from '../../../src/contracts/system.js';
import { listLogChunks, readLogChunk } from '../../../src/logs/read-logs.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { CliProcess, isAlive } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

const filesOf = (...names: string[]): string[] => names.map((name) => `test/faults/fixtures/${name}.ts`);
const FILES = filesOf('ten-steps', 'peaceful', 'crashing-stage', 'counting-command');

type Parts = { readonly parts: number; readonly attempt: number; readonly resumedAt: number };

describe('a worker whose process crashes', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;
  let objects: ObjectStore;
  const environment = (): NodeJS.ProcessEnv => ({
    PERENNIAL_STORE: join(folder, 'store'),
    TEMPORAL_ADDRESS: server.address,
    NEIGHBOUR_MAY_END: join(folder, 'over'),
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-crashed-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await CliProcess.start(['worker', ...FILES], environment());
    objects = await openObjectStore(join(folder, 'store'));
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await worker.kill9();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  /** The process that does the work, of this supervisor. */
  const workingPid = (supervisor: number): number => {
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(supervisor)], { encoding: 'utf8' });
    return Number(children.trim().split('\n')[0]);
  };
  const until = async (fits: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await fits())) await sleep(50);
  };
  const inStepFive = async (workflowId: string): Promise<boolean> =>
    (await client.progress(workflowId)).some(({ activityId, done }) => activityId === 's5' && (done ?? 0) >= 8);
  const checkpointsOf = async (workflowId: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of objects.list(`checkpoints/${workflowId}/`)) if (!key.includes('/files/')) keys.push(key);
    return keys;
  };
  /** Why the attempt before the last one of this step ended. */
  const failureBefore = async (workflowId: string, activityId: string): Promise<string> => {
    const connection = await Connection.connect({ address: server.address });
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    await connection.close();
    const all = events ?? [];
    const scheduled = all.find((event) => event.activityTaskScheduledEventAttributes?.activityId === activityId);
    const started = all.flatMap(({ activityTaskStartedEventAttributes: attributes }) => attributes ?? []);
    const mine = started.findLast(({ scheduledEventId }) => String(scheduledEventId) === String(scheduled?.eventId));
    return mine?.lastFailure?.applicationFailureInfo?.type ?? 'none';
  };

  it('comes back by itself; only what was under way is repeated, from its checkpoint, and it says what happened', async () => {
    const [goOn, pids] = [join(folder, 'go-on'), join(folder, 'pids')];
    await client.start('peaceful', { until: join(folder, 'over') }, { workflowId: 'beside' });
    await client.start('ten-steps', { until: goOn }, { workflowId: 'hit' });
    await client.start('counting-command', { pids, until: goOn }, { workflowId: 'counting' });
    await until(() => inStepFive('hit'));
    await until(async () => (await checkpointsOf('counting')).length > 0);
    const [command = 0] = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
    expect(isAlive(command)).toBe(true);
    process.kill(workingPid(worker.pid), 'SIGSEGV');
    await writeFile(goOn, '');

    const { results } = await client.result('hit');
    const steps = Object.entries(results) as unknown as [string, Parts][];
    expect(steps.filter(([, { attempt }]) => attempt > 1)).toEqual([['s5', { parts: 12, attempt: 2, resumedAt: 8 }]]);
    // The worker that came back told of it: nobody waited for a heartbeat to stay away.
    expect(await failureBefore('hit', 's5')).toBe(WORKER_LOST_TYPE);
    expect(worker.output.match(/\{"restart":.*\}/g)).toEqual([
      '{"restart":{"command":"worker","exitCode":null,"signal":"SIGSEGV","pauseSeconds":0.5}}',
    ]);
    expect(worker.output).toMatch(/a worker ended that had under way: .*s5 of run hit/);

    // The command of a step ends with its worker, and the next attempt goes on from what it left.
    expect((await client.result('counting')).results['count']).toMatchObject({ value: { counted: 12 } });
    expect(isAlive(command)).toBe(false);
    const messages: string[] = [];
    for (const { key } of await listLogChunks(objects, 'counting'))
      for (const { message } of await readLogChunk(objects, key)) messages.push(message);
    const starts = messages.flatMap((message) => /^from (\d+),/.exec(message)?.[1] ?? []).map(Number);
    expect(starts.at(-1)).toBeGreaterThan(0);
    expect(messages).toContain('the checkpoint of an earlier attempt was restored');
    expect(messages.at(-1)).toBe('counted 12/12');
    expect([...(await checkpointsOf('hit')), ...(await checkpointsOf('counting'))]).toEqual([]);
  }, 120_000);

  it('by one of its built-in stages twice: that step fails and says so, the one beside it ends well', async () => {
    await client.start('crashing-stage', {}, { workflowId: 'innocent' });
    await client.start('crashing-stage', {}, { workflowId: 'crashing' });
    const failure = failureCode(await client.result('crashing').catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'EXECUTION_PROCESS_LOST', message: expect.stringContaining('SIGSEGV') });
    await writeFile(join(folder, 'over'), '');
    await client.result('innocent');
    await client.result('beside');
    expect((await client.status('innocent')).steps[0]).toMatchObject({ status: 'succeeded', metrics: { rows: 3 } });
    // Once with the worker, then with a process of the step alone.
    expect(worker.output.match(/"restart"/g)).toHaveLength(2);
  }, 120_000);

  it('leaves nothing that a later worker would report again; that one is asked to stop by Ctrl-C, which reaches its supervisor too', async () => {
    const goOn = join(folder, 'go-on-again');
    await client.start('ten-steps', { until: goOn }, { workflowId: 'again' });
    await until(() => inStepFive('again'));
    const child = spawn(process.execPath, ['dist/src/cli/main.js', 'worker', ...FILES, '--json'], {
      env: { ...process.env, ...environment() },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    await writeFile(goOn, '');
    const { results } = await client.result('again');
    expect((Object.values(results) as unknown as Parts[]).map(({ attempt }) => attempt)).toEqual(Array(10).fill(1));

    const working = workingPid(child.pid ?? 0);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(isAlive(working)).toBe(false);
  }, 120_000);

  it('ends with its supervisor when that is killed', async () => {
    const working = workingPid(worker.pid);
    await worker.kill9();
    await until(() => !isAlive(working));
  }, 60_000);

  it('that has no supervisor hears signals itself, outlives a clock that jumps either way, and ends with its own crash', async () => {
    const preloaded = '--import ./test/faults/fixtures/processes/jumping-clock.mjs';
    worker = await CliProcess.start(['worker', ...filesOf('patient'), '--no-restart'], {
      ...environment(),
      NODE_OPTIONS: preloaded,
    });
    const first = await client.start('patient', {});
    process.kill(worker.pid, 'SIGUSR2');
    const { results } = await client.result(first.workflowId);
    expect(results).toMatchObject({ wait: { parts: 45, attempt: 1 }, sum: 46 });

    // Ahead of the clock by an hour now: what was recorded before the jumps is still found.
    const second = await client.start('patient', {});
    const { steps } = await client.result(second.workflowId);
    expect(steps.map(({ id, status, cached }) => [id, status, cached])).toEqual([
      ['wait', 'succeeded', false],
      ['sum', 'succeeded', true],
    ]);
    process.kill(worker.pid, 'SIGSEGV');
    expect(await worker.ended()).toBe('SIGSEGV');
  }, 60_000);
});

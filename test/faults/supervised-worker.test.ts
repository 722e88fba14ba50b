import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../src/client/index.js';
import { CliProcess, isAlive } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

const FILES = ['ten-steps', 'peaceful', 'crashing-stage'].map((name) => `test/faults/fixtures/${name}.ts`);

describe('a worker whose process crashes', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;
  const environment = (): NodeJS.ProcessEnv => ({
    PERENNIAL_STORE: join(folder, 'store'),
    TEMPORAL_ADDRESS: server.address,
    NEIGHBOUR_MAY_END: join(folder, 'over'),
  });
  const startWorker = (...words: string[]): Promise<CliProcess> =>
    CliProcess.start(['worker', ...FILES, ...words], environment());

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-supervised-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await startWorker();
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await worker.stop();
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
  const doing = async (workflowId: string, activityId: string, done: number): Promise<boolean> =>
    (await client.progress(workflowId)).some((activity) => activity.activityId === activityId && (activity.done ?? 0) >= done);

  it('comes back by itself; all runs go on, and it says what happened and what was under way', async () => {
    await client.start('peaceful', { until: join(folder, 'over') }, { workflowId: 'beside' });
    await client.start('ten-steps', {}, { workflowId: 'hit' });
    await until(() => doing('hit', 's5', 8));
    process.kill(workingPid(worker.pid), 'SIGSEGV');
    const { results } = await client.result('hit');
    expect(results['s5']).toMatchObject({ parts: 20, attempt: 2 });
    expect(results['s4']).toMatchObject({ attempt: 1 });
    expect(worker.output.match(/\{"restart":.*\}/g)).toEqual([
      '{"restart":{"command":"worker","exitCode":null,"signal":"SIGSEGV","pauseSeconds":0.5}}',
    ]);
    expect(worker.output).toMatch(/a worker ended that had under way: .*s5 of run hit/);
  }, 60_000);

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
  }, 90_000);

  it('is asked to stop through its supervisor, by Ctrl-C too, which reaches both', async () => {
    const words = ['dist/src/cli/main.js', 'worker', ...FILES, '--json'];
    const child = spawn(process.execPath, words, {
      env: { ...process.env, ...environment() },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const working = workingPid(child.pid ?? 0);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(isAlive(working)).toBe(false);
  }, 60_000);

  it('ends with its supervisor when that is killed, and with its own crash when it was told not to come back', async () => {
    const working = workingPid(worker.pid);
    await worker.kill9();
    await until(() => !isAlive(working));
    worker = await startWorker('--no-restart');
    process.kill(worker.pid, 'SIGSEGV');
    expect(await worker.ended()).toBe('SIGSEGV');
  }, 60_000);
});

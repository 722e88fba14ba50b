import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import type { RunResult, RunStatus } from '../../../src/contracts/run.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { spawnCli } from '../cli/run-cli.js';

jest.setTimeout(120_000);

async function waitFor<T>(what: string, look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    await sleep(50);
    const value = await look();
    if (isThere(value)) return value;
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A pipeline with a step before an approval and one behind it. */
const pipelineFile = (behind: string): string => `
import { definePipeline } from 'perennial-ml';
import { factor } from './factor.js';
export default definePipeline('edited', { params: {} }, (p) => {
  const first = p.step('first', { run: () => ({ a: 1, b: 2 }) });
  const open = p.approval('open', { message: 'On?', inputs: { first } });
  ${behind}
});
`;
const LAST = `p.step('last', { inputs: { a: first }, after: [open], run: ({ a }) => a.a * factor });`;

describe('a pipeline file that is edited', () => {
  let server: TestServer;
  let folder: string;
  let file: string;
  let client: PipelineClient;
  let worker: CliProcess | undefined;

  const environment = (): Record<string, string> => ({
    TEMPORAL_ADDRESS: server.address,
    PERENNIAL_STORE: path.join(folder, 'store'),
    PERENNIAL_USER: 'maria',
  });
  const write = (behind: string): Promise<void> => fs.writeFile(file, pipelineFile(behind));
  const setFactor = (factor: number): Promise<void> =>
    fs.writeFile(path.join(folder, 'factor.ts'), `export const factor: number = ${factor};`);
  const startWorker = (...words: string[]): Promise<CliProcess> => CliProcess.start(['worker', file, ...words], environment());
  const atGate = (id: string): Promise<RunStatus> =>
    waitFor(
      id,
      () => client.status(id),
      (status) => status.status === 'waiting',
    );
  const approved = async (id: string): Promise<RunResult> => {
    await client.approve(id, { step: 'open', by: 'maria' });
    return client.result(id);
  };

  beforeAll(async () => {
    folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-reload-')));
    file = path.join(folder, 'pipeline.ts');
    await fs.mkdir(path.join(folder, 'node_modules'));
    await fs.symlink(path.resolve('.'), path.join(folder, 'node_modules/perennial-ml'));
    await fs.writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    await Promise.all([write(LAST), setFactor(10)]);
    server = await startTestServer();
    client = await connectClient({ address: server.address, store: path.join(folder, 'store') });
    worker = await startWorker();
  });
  afterAll(async () => {
    await worker?.stop();
    await client.close();
    await server.stop();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('counts for the next run, whether its plan, its code or a module that it imports has changed', async () => {
    await setFactor(20);
    const started = await spawnCli(['run', file, '--id', 'code', '--json'], environment());
    expect(started).toMatchObject({ code: 0, stderr: '' });
    await atGate('code');
    expect((await approved('code')).results['last']).toBe(20);
    expect(worker?.output).toMatch(/loaded anew: edited \(code\)/);

    await client.start('edited', {}, { workflowId: 'under-way' });
    await atGate('under-way');
    await write(`p.step('sum', { inputs: { first }, after: [open], run: ({ first: { a, b } }) => a + b + factor });`);
    expect(await spawnCli(['run', file, '--id', 'plan', '--json'], environment())).toMatchObject({ code: 0, stderr: '' });
    await atGate('plan');
    expect((await approved('plan')).results['sum']).toBe(23);
    // A run that began before keeps its plan, and the code of the step that is no more.
    expect((await approved('under-way')).results).toMatchObject({ last: 20 });
    expect(worker?.output).toMatch(
      /loaded anew: edited \(plan [0-9a-f]{12} is [0-9a-f]{12} now\); runs under way keep their plans/,
    );
  });

  it('that cannot be loaded changes nothing, and is said', async () => {
    await fs.writeFile(file, 'export default definePipeline(');
    await waitFor(
      'the worker to say so',
      () => Promise.resolve(worker?.output ?? ''),
      (text) => text.includes('cannot be loaded'),
    );
    const { workflowId } = await client.start('edited', {});
    expect((await atGate(workflowId)).steps.map(({ id }) => id)).toContain('sum');
    await client.cancel(workflowId);
    await write(LAST);
  });

  it('is refused where a worker keeps another version, unless it is started by name', async () => {
    await worker?.stop();
    // On a queue of its own: one that has stopped is still taken for a worker that may have the version.
    const taskQueue = 'kept';
    worker = await startWorker('--no-reload', '--task-queue', taskQueue);
    await client.start('edited', {}, { workflowId: 'renamed', taskQueue });
    await atGate('renamed');
    await setFactor(30);
    const other = await spawnCli(['run', file, '--id', 'other-code', '--json', '--task-queue', taskQueue], environment());
    expect(other).toMatchObject({ code: 0, stderr: expect.stringContaining('the worker has other code of the steps') });
    expect((await client.status('other-code')).remarks).toHaveLength(1);

    await write(`p.step('last', { inputs: { b: first }, after: [open], run: ({ b }) => 'NEW ' + String(b.b) });`);
    const refused = await spawnCli(['run', file, '--id', 'other-plan', '--task-queue', taskQueue], environment());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/error EXECUTION_PLAN_DIFFERS[^]*plan [0-9a-f]{12}\)[^]*perennial worker FILE/);
    expect(await client.status('other-plan')).toMatchObject({ status: 'failed', failure: { code: 'EXECUTION_PLAN_DIFFERS' } });
    const { workflowId } = await client.start('edited', {}, { taskQueue });
    await atGate(workflowId);
  });

  it('fails a step of a run under way whose code takes other inputs now, instead of giving it undefined', async () => {
    await worker?.stop();
    worker = await startWorker('--task-queue', 'kept');
    await client.approve('renamed', { step: 'open', by: 'maria' });
    const failure = failureCode(await client.result('renamed').catch((error: unknown) => error));
    expect(failure).toMatchObject({
      code: 'EXECUTION_INPUTS_DIFFER',
      details: { step: 'last', details: { expected: ['b'], received: ['a'], missing: ['b'] } },
    });
    expect(failure.message).toMatch(
      /step "last" takes inputs that the plan of the run does not give it: b[^]*inputs b[^]*inputs a/,
    );
  });
});

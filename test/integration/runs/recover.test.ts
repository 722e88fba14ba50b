import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, param } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli, type CliResult } from '../cli/run-cli.js';

const ran: string[] = [];
let broken = true;

const pipeline = definePipeline('recovering', { params: { n: param.integer({ default: 2 }) } }, (p) => {
  const load = p.step('load', {
    cache: true,
    run: (_, { parameters, metric }) => {
      ran.push('load');
      metric('rows', parameters['n']);
      return { n: parameters['n'] };
    },
  });
  const double = p.step('double', {
    inputs: { load },
    run: ({ load: { n } }) => {
      ran.push('double');
      return { n: 2 * n };
    },
  });
  p.step('publish', {
    inputs: { double },
    run: () => {
      ran.push('publish');
      if (broken) throw new Error('no disk');
      return null;
    },
  });
});

describe('runs after their end', () => {
  let server: TestServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;
  let store: string;

  beforeAll(async () => {
    store = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-recover-'));
    server = await startTestServer();
    worker = await createPipelineWorker({ pipelines: [pipeline], store, address: server.address, shutdownGraceMs: 500 });
    running = worker.run();
    client = await connectClient({ address: server.address });
    await client.start(pipeline, {}, { workflowId: 'first' });
    await expect(client.result('first')).rejects.toThrow();
  });
  afterAll(async () => {
    await client.close();
    worker.shutdown();
    await running;
    await server.stop();
    await fs.rm(store, { recursive: true, force: true });
  });

  const cli = (...words: string[]): Promise<CliResult> => {
    const [command = '', ...rest] = words;
    const connects = command !== 'diff' && command !== 'why-rerun';
    const stored = command !== 'reset';
    const flags = [...(connects ? ['--address', server.address] : []), ...(stored ? ['--store', store] : []), '--json'];
    return runCli([command, ...rest, ...flags]);
  };
  const json = (result: CliResult): unknown => JSON.parse(result.stdout);

  it('start again from what failed, with what was finished', async () => {
    broken = false;
    ran.length = 0;
    const recovered = await cli('recover', 'first', '--id', 'second', '--yes');
    expect(recovered.stderr).toBe('');
    expect(json(recovered)).toMatchObject({ workflowId: 'second', reused: ['load', 'double'], again: ['publish'] });
    await client.result('second');
    expect(ran).toEqual(['publish']);
    const { steps } = await client.status('second');
    expect(steps.map(({ id, status, reusedFrom }) => [id, status, reusedFrom])).toEqual([
      ['load', 'succeeded', 'first'],
      ['double', 'succeeded', 'first'],
      ['publish', 'succeeded', undefined],
    ]);
  });

  it('are not started again when nothing failed, and do not differ from themselves', async () => {
    const refused = await cli('recover', 'second', '--yes');
    expect(refused.code).not.toBe(0);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'RUNS_NOTHING_TO_RECOVER' } });
    expect(json(await cli('diff', 'second', 'second'))).toEqual({
      parameters: [],
      plan: [],
      code: [],
      environment: [],
      metrics: [],
      results: [],
      seconds: [],
    });
    expect((await runCli(['diff', 'second', 'second', '--store', store])).stdout.trim()).toBe('no differences');
  });

  it('give their cached results to later runs, and say why a step ran', async () => {
    ran.length = 0;
    await client.start(pipeline, {}, { workflowId: 'third' });
    await client.result('third');
    expect(ran).toEqual(['double', 'publish']);
    await client.start(pipeline, { n: 5 }, { workflowId: 'fourth' });
    await client.result('fourth');
    expect(json(await cli('why-rerun', 'third', 'load'))).toMatchObject({
      operations: [{ operation: 'load', cache: { hit: true, reason: 'unchanged since run first' } }],
    });
    expect(json(await cli('why-rerun', 'fourth', 'load'))).toMatchObject({
      operations: [{ cache: { hit: false, reason: 'parameter n changed: 2 -> 5' } }],
    });
    expect(json(await cli('diff', 'third', 'fourth'))).toMatchObject({
      parameters: [{ name: 'n', before: 2, now: 5 }],
      metrics: [{ name: 'load.rows', before: 2, now: 5 }],
      results: ['double', 'load'],
      plan: [],
      code: [],
    });
  });

  it('are reproduced with nothing cached', async () => {
    ran.length = 0;
    const reproduced = await cli('reproduce', 'third');
    expect(json(reproduced)).toMatchObject({ original: 'third', reproduced: true, differences: [] });
    expect(reproduced.code).toBe(0);
    expect(ran).toEqual(['load', 'double', 'publish']);
  });

  it('go back to before a step', async () => {
    ran.length = 0;
    expect(json(await cli('reset', 'third', '--to', 'double'))).toMatchObject({ workflowId: 'third', step: 'double' });
    await client.result('third');
    expect(ran).toEqual(['double', 'publish']);
    expect(JSON.parse((await cli('reset', 'third', '--to', 'nothing')).stderr)).toMatchObject({
      error: { code: 'RUNS_STEP_UNKNOWN' },
    });
  });

  it('tell their status without a worker', async () => {
    worker.shutdown();
    await running;
    const status = await cli('status', 'second');
    expect(json(status)).toMatchObject({ status: 'succeeded', steps: [{ id: 'load', reusedFrom: 'first' }, {}, {}] });
    const failed = await cli('status', 'first');
    expect(json(failed)).toMatchObject({ status: 'failed' });
    expect(failed.code).toBe(1);
  });
});

import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli } from '../cli/run-cli.js';
import { statusOf, until } from '../execution-fixtures.js';

/** Inside the repository, so that its files find the package by its name. */
const FOLDER = path.resolve('.perennial', `pools-${process.pid}`);

const CONFIG = `import { defineConfig } from 'perennial-ml';
const device = (id) => ({ id, type: 'fake', vramGiB: 80 });
export default defineConfig({
  profiles: {
    dev: {
      store: 'store',
      pipelines: ['pipeline.ts'],
      pools: { cpu: { taskQueue: 'few-cores' }, gpu: { gpu: 2, limit: 3, devices: [device('4'), device('7')] } },
      secrets: { place: 'the test', read: async (name) => (name === 'TOKEN' ? 'of the profile' : null) },
    },
  },
});
`;
const PIPELINE = `import { definePipeline, param, secret } from 'perennial-ml';
export default definePipeline('pooled', { params: { held: param.boolean({ default: false }) } }, (p) => {
  const seen = p.command('seen', {
    command: ['sh', '-c', 'printf \\'{"devices":"%s","length":%s}\\' "$CUDA_VISIBLE_DEVICES" "$(printf %s "$TOKEN" | wc -c)" > output/result.json'],
    env: { TOKEN: secret('TOKEN') },
    result: { devices: param.string(), length: param.integer() },
    resources: { gpu: 2 },
  });
  const blind = p.command('blind', {
    command: ['sh', '-c', 'printf \\'{"devices":"%s"}\\' "$CUDA_VISIBLE_DEVICES" > output/result.json'],
    result: { devices: param.string() },
    pool: 'gpu',
  });
  p.step('hold', {
    inputs: { seen, blind },
    resources: { gpu: 1 },
    live: { rate: param.number() },
    run: async (inputs, context) => {
      const values = { seen: inputs.seen.value, blind: inputs.blind.value };
      if (context.parameters['held'] !== true) return { ...values, rate: 0 };
      while ((await context.control.between(() => Buffer.from('kept'))) !== 'stop')
        await new Promise((resolve) => setTimeout(resolve, 20));
      return { ...values, rate: Number(context.control.value('rate')) };
    },
  });
});
`;

type Pool = { readonly pool: string; readonly workers: readonly string[]; readonly used: number; readonly limit: number | null };

describe('the commands about pools', () => {
  let server: TestServer;
  let client: PipelineClient;
  const processes: CliProcess[] = [];
  const environment = (): Record<string, string> => ({ TEMPORAL_ADDRESS: server.address, PERENNIAL_USER: 'ada' });
  const cli = async (...words: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runCli([...words, '--json'], environment(), FOLDER);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const start = async (...words: readonly string[]): Promise<CliProcess> => {
    const started = await CliProcess.start(words, environment(), FOLDER);
    processes.push(started);
    return started;
  };

  beforeAll(async () => {
    await fs.mkdir(FOLDER, { recursive: true });
    await fs.writeFile(path.join(FOLDER, 'perennial.config.ts'), CONFIG);
    await fs.writeFile(path.join(FOLDER, 'pipeline.ts'), PIPELINE);
    server = await startTestServer();
    client = await connectClient({ address: server.address });
  });
  afterAll(async () => {
    await Promise.all(processes.map((started) => started.stop()));
    await client.close();
    await server.stop();
    await fs.rm(FOLDER, { recursive: true, force: true });
  });

  it('run --worker takes steps of the pools that it names, with the secrets of the profile', async () => {
    await cli('run', 'pipeline.ts', '--worker', '--pool', 'gpu', '--id', 'alone');
    expect((await client.result('alone')).results['hold']).toEqual({
      seen: { devices: '4,7', length: 14 },
      blind: { devices: '' },
      rate: 0,
    });
  });

  it('worker --workflows-only and --pool divide the work; pools shows them; control reaches the step', async () => {
    const [runs, steps] = await Promise.all([
      start('worker', '--workflows-only', '--no-restart'),
      start('worker', '--activities-only', '--pool', 'gpu', '--no-restart'),
    ]);
    expect(runs.ready).toMatchObject({ role: 'workflows', pools: [], pipelines: ['pooled'] });
    expect(steps.ready).toMatchObject({ role: 'activities', pools: ['gpu'] });
    await client.start('pooled', { held: true }, { workflowId: 'held' });
    await until(client, 'held', (status) => statusOf(status, 'hold') === 'running' && status.waitingFor === undefined);

    const pools = (await cli('pools')) as readonly Pool[];
    expect(pools.map(({ pool, limit }) => [pool, limit])).toEqual([
      ['cpu', null],
      ['gpu', 3],
    ]);
    expect(pools[0]?.workers).toEqual([]);
    expect(pools[1]?.workers.some((worker) => worker.includes(String(steps.pid)))).toBe(true);
    expect(pools[1]?.used).toBe(1);

    await cli('control', 'held', 'hold', 'set', 'rate=0.5');
    await cli('control', 'held', 'hold', 'stop', '--reason', 'enough');
    expect((await client.result('held')).results['hold']).toMatchObject({ rate: 0.5, seen: { devices: '4,7' } });
  });

  it('dev runs the pipelines and hand-written workflows that it is given on the pools of the profile', async () => {
    await fs.writeFile(path.join(FOLDER, 'own.ts'), 'export async function own(): Promise<number> {\n  return 1;\n}\n');
    const dev = await start('dev', '--port', '0', '--headless', '--db', 'dev.db', '--workflows', 'own.ts', '--pool', 'gpu');
    const { worker, temporal } = dev.ready as { worker: unknown; temporal: { address: string } };
    expect(worker).toEqual({ taskQueue: 'ml', pipelines: ['pooled'] });
    const there = await connectClient({ address: temporal.address });
    await there.start('own', {}, { workflowId: 'own' });
    await there.start('pooled', {}, { workflowId: 'on-dev' });
    expect((await there.result('on-dev')).results['hold']).toMatchObject({ seen: { devices: '4,7', length: 14 } });
    await there.close();
  });
});

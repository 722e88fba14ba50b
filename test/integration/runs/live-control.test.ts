import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, param } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, until, waitFor } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const progress = { rounds: 0, saved: 0 };

const steered = definePipeline('steered-live', { params: {} }, (p) => {
  p.step('loop', {
    live: { rate: param.number({ min: 0, max: 1 }) },
    run: async (_: object, context): Promise<{ rounds: number; rate: number; from: number }> => {
      const kept = await context.restore();
      const from = kept === null ? 0 : Number(kept.toString());
      for (let round = from; ; round++) {
        const order = await context.control.between(() => {
          progress.saved += 1;
          return Buffer.from(String(round));
        });
        if (order === 'stop') return { rounds: round, rate: Number(context.control.value('rate') ?? -1), from };
        await waitFor(20, context.signal);
        progress.rounds += 1;
        context.progress(round, 0);
      }
    },
  });
  p.step('plain', {
    run: async (_: object, context): Promise<{ done: boolean }> => {
      await waitFor(60_000, context.signal).catch(() => undefined);
      return { done: true };
    },
    onFailure: 'continue',
  });
});

/** Counts, saves how far it got, and tells what its control file says; told to end, it leaves its result. */
const COUNTING = `
const fs = require('fs');
const read = () => JSON.parse(fs.readFileSync(process.env.PERENNIAL_CONTROL, 'utf8'));
const kept = 'checkpoint/count';
let count = fs.existsSync(kept) ? Number(fs.readFileSync(kept, 'utf8')) : 0;
setInterval(() => {
  count += 1;
  fs.writeFileSync(kept + '.new', String(count));
  fs.renameSync(kept + '.new', kept);
  console.log('count ' + count);
}, 50);
process.on('SIGTERM', () => {
  const { stop, values } = read();
  fs.writeFileSync('output/result.json', JSON.stringify({ count, rate: values.rate ?? -1, stop }));
  process.exit(0);
});`;

const programs = definePipeline('programs-live', { params: {} }, (p) => {
  p.command('count', {
    command: [process.execPath, '-e', COUNTING],
    progress: /count (\d+)/,
    live: { rate: param.number({ min: 0, max: 1 }) },
    result: { count: param.integer(), rate: param.number(), stop: param.boolean() },
  });
  p.command('sleep', { command: ['sleep', '60'], live: {} });
});

describe('orders to a running step', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address });
    worker = await createPipelineWorker({
      pipelines: [steered, programs],
      store: folder.path,
      address: server.address,
      shutdownGraceMs: 100,
    });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  const by = { by: 'ada', reason: 'trial' };
  const step = { step: 'loop', ...by };

  it('pause it, let it go on, take a snapshot, change a live parameter, and end it early, with a record of who and why', async () => {
    const { workflowId } = await client.start(steered, {}, { workflowId: 'live' });
    await until(client, workflowId, () => progress.rounds > 5);

    await client.control(workflowId, { ...step, action: 'pause' });
    const paused = async (): Promise<boolean> =>
      (await client.progress(workflowId)).some(({ waitingFor }) => waitingFor?.startsWith('resume') === true);
    await eventually(paused, (isPaused) => isPaused);
    const { rounds, saved } = progress;
    expect(saved).toBe(1);
    await waitFor(300, new AbortController().signal);
    expect(progress.rounds).toBe(rounds);

    await client.control(workflowId, { ...step, action: 'resume' });
    await until(client, workflowId, () => progress.rounds > rounds + 2);
    await client.control(workflowId, { ...step, action: 'snapshot' });
    await until(client, workflowId, () => progress.saved === 2);

    await client.control(workflowId, { ...step, action: 'set', name: 'rate', value: 0.25 });
    const status = await client.control(workflowId, { ...step, action: 'stop' });
    expect(status.controls?.map(({ action, by: who, reason }) => [action, who, reason])).toEqual(
      ['pause', 'resume', 'snapshot', 'set', 'stop'].map((action) => [action, 'ada', 'trial']),
    );
    const ended = await until(client, workflowId, ({ steps }) => steps[0]?.status === 'succeeded');
    expect(ended.controls?.at(3)).toMatchObject({ name: 'rate', value: 0.25 });
    await client.cancelStep(workflowId, { step: 'plain' });
    const { results } = await client.result(workflowId);
    expect(results['loop']).toMatchObject({ rate: 0.25, from: 0 });
  });

  it('pause a program, give it what was set, and take what it leaves when it is told to end early', async () => {
    const { workflowId } = await client.start(programs, {}, { workflowId: 'live-programs' });
    const order = { step: 'count', ...by };
    const found = async (fits: (count: number, waitingFor: string | null) => boolean): Promise<number> => {
      const told = await eventually(
        async () => (await client.progress(workflowId)).find(({ activityId }) => activityId === 'count'),
        (count) => count !== undefined && fits(count.done ?? 0, count.waitingFor),
      );
      return told?.done ?? 0;
    };
    await found((count) => count > 5);
    await client.control(workflowId, { ...order, action: 'pause' });
    await found((_, waitingFor) => waitingFor?.startsWith('resume') === true);
    await client.control(workflowId, { ...order, action: 'set', name: 'rate', value: 0.25 });
    await waitFor(1_000, new AbortController().signal);
    const paused = await found(() => true);
    await waitFor(1_000, new AbortController().signal);
    expect(await found(() => true)).toBe(paused);

    await client.control(workflowId, { ...order, action: 'resume' });
    await found((count, waitingFor) => count > paused + 5 && waitingFor === null);
    await client.control(workflowId, { ...order, action: 'stop' });
    await client.control(workflowId, { ...order, step: 'sleep', action: 'stop' });
    const { status, results } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    expect(results['count']).toMatchObject({ value: { rate: 0.25, stop: true } });
    // It says nothing of its own when SIGTERM ends it: that is an end as it was told.
    expect(results['sleep']).toMatchObject({ exitCode: 0, metrics: {} });
  }, 60_000);

  it('are refused, with what would be right, when they make no sense', async () => {
    const { workflowId } = await client.start(steered, {}, { workflowId: 'live-wrong' });
    await until(client, workflowId, ({ steps }) => steps.length > 0 && steps.every(({ status }) => status === 'running'));
    const refusal = async (input: object): Promise<string> => {
      const failure = failureCode(await client.control(workflowId, input as never).catch((error: unknown) => error));
      expect(failure.code).toBe('EXECUTION_UPDATE_REFUSED');
      return failure.message;
    };
    expect(await refusal({ ...step, step: 'lop', action: 'pause' })).toMatch(/no step of the plan/);
    expect(await refusal({ ...step, step: 'plain', action: 'pause' })).toMatch(/declares `live`/);
    expect(await refusal({ ...step, action: 'halt' })).toMatch(/pause, resume, snapshot, stop, set/);
    expect(await refusal({ ...step, action: 'pause', name: 'rate' })).toMatch(/go with "set"/);
    expect(await refusal({ ...step, action: 'set', name: 'speed', value: 1 })).toMatch(/one of: rate/);
    expect(await refusal({ ...step, action: 'set', name: 'rate', value: 3 })).toMatch(/<= 1/);
    await client.cancel(workflowId);
    await expect(client.result(workflowId)).rejects.toThrow();
  });
});

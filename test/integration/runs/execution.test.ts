import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { type DevServer, startDevServer } from '../../../src/temporal/server/dev-server.js';
import { findTemporalBinary } from '../../../src/temporal/server/find-binary.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { field, handMade, statusOf, temporaryFolder, text, until, waitFor } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const run = promisify(execFile);
const calls: string[] = [];
let repaired = false;

const twoSteps = handMade(
  'two-steps',
  [
    {
      id: 'first',
      config: { label: { $param: 'day' } },
      run: async (_inputs, context) => {
        calls.push(`first@${context.run.workflowId}`);
        context.metric('rows', 3);
        return { day: text(context.parameters['day']), count: 3 };
      },
    },
    {
      id: 'second',
      description: 'doubles the count',
      inputs: { count: { step: 'first', path: ['count'] } },
      run: async (inputs) => ({ doubled: Number(inputs['count']) * 2 }),
    },
  ],
  {
    type: 'object',
    properties: { day: { type: 'string', format: 'date' }, trees: { type: 'integer', minimum: 1, default: 100 } },
    required: ['day'],
    additionalProperties: false,
  },
);

const meeting = new Set<string>();
const bothHere = async (id: string, signal: AbortSignal): Promise<string[]> => {
  meeting.add(id);
  while (meeting.size < 2) await waitFor(20, signal);
  return [...meeting].sort();
};

const parallel = handMade('parallel', [
  { id: 'left', run: (_inputs, { signal }) => bothHere('left', signal) },
  { id: 'right', run: (_inputs, { signal }) => bothHere('right', signal) },
  {
    id: 'join',
    inputs: { left: { step: 'left' }, right: { step: 'right' } },
    run: async (inputs) => [inputs['left']!, inputs['right']!],
  },
]);

const blocking = handMade('blocking', [
  {
    id: 'fragile',
    onFailure: 'block',
    run: async () => {
      if (!repaired) throw new Error('the disk is on fire');
      return 'mended';
    },
  },
  { id: 'after', inputs: { value: { step: 'fragile' } }, run: async (inputs) => `after ${text(inputs['value'])}` },
]);

const gated = handMade('gated', [
  { id: 'ok', kind: 'gate', config: { message: 'ship it?', expiresMs: null } },
  { id: 'ship', inputs: { approval: { step: 'ok' } }, run: async (inputs) => inputs['approval']! },
]);

const expiring = handMade('expiring', [{ id: 'ok', kind: 'gate', config: { message: 'quick?', expiresMs: 200 } }]);

const tolerant = handMade('tolerant', [
  {
    id: 'optional',
    onFailure: 'continue',
    run: async () => {
      throw new PipelineError('EXECUTION_INPUT_MISSING', { what: 'nothing to do' });
    },
  },
  { id: 'needs-it', inputs: { value: { step: 'optional' } }, run: async () => 'never' },
  { id: 'independent', run: async () => 'done' },
]);

const slow = handMade('slow', [
  {
    id: 'long',
    run: async (_inputs, context) => {
      context.progress(1, 10, 'warming up');
      await waitFor(60_000, context.signal);
      return null;
    },
  },
  { id: 'later', needs: ['long'], run: async () => null },
]);

const flaky = handMade('flaky', [
  {
    id: 'resumes',
    run: async (_inputs, context) => {
      const before = await context.restore();
      if (before !== null) return { attempt: context.attempt, from: before.toString('utf8'), seed: context.seed };
      await context.checkpoint(Buffer.from('epoch 3'));
      await context.checkpoint(Buffer.from('epoch 4'));
      throw new PipelineError('EXECUTION_STEP_FAILED', { what: 'the network went away', retryable: true });
    },
  },
]);

const careless = handMade('careless', [{ id: 'bad', run: async () => ({ auc: Number.NaN, seen: new Map() as never }) }]);

describe('a run on Temporal', () => {
  let server: DevServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;
  let temporal: string;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startDevServer({ uiPort: null });
    temporal = (await findTemporalBinary()).path;
    const pipelines = [twoSteps, parallel, blocking, gated, expiring, tolerant, slow, flaky, careless];
    worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address, shutdownGraceMs: 500 });
    running = worker.run();
    client = await connectClient({ address: server.address });
  });

  afterAll(async () => {
    await client.close();
    worker.shutdown();
    await running;
    await server.stop();
    await folder.remove();
  });

  const start = async (pipeline: Parameters<PipelineClient['start']>[0], parameters = {}): Promise<string> =>
    (await client.start(pipeline, parameters)).workflowId;

  const failureOf = async (workflowId: string): Promise<ReturnType<typeof failureCode>> => {
    const error: unknown = await client.result(workflowId).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) throw new Error('the run succeeded');
    return failureCode(error);
  };

  it('goes from step to step and answers status, plan and result', async () => {
    const id = await start(twoSteps, { day: '2001-01-01' });
    const result = await client.result(id);
    expect(result.status).toBe('succeeded');
    expect(result.results).toEqual({ first: { day: '2001-01-01', count: 3 }, second: { doubled: 6 } });
    const status = await client.status(id);
    expect(status.parameters).toEqual({ day: '2001-01-01', trees: 100 });
    expect(status.steps.map((step) => [step.id, step.status, step.cached])).toEqual([
      ['first', 'succeeded', false],
      ['second', 'succeeded', false],
    ]);
    expect(status.steps[0]?.metrics).toEqual({ rows: 3 });
    expect(await client.plan(id)).toEqual(twoSteps.plan);
  });

  it('starts from the temporal command line by the name of the pipeline', async () => {
    const id = 'from-the-command-line';
    await run(temporal, [
      ...['workflow', 'start', '--address', server.address, '--type', 'two-steps', '--task-queue', 'ml', '--workflow-id', id],
      ...['--input', '{"day":"2001-01-02"}'],
    ]);
    expect((await client.result(id)).results['second']).toEqual({ doubled: 6 });
    const [listed] = await eventually(
      () => client.list(`WorkflowId = "${id}" AND MlPipeline = "two-steps" AND MlStatus = "succeeded"`),
      ([first]) => first?.state === 'COMPLETED',
    );
    expect(listed).toMatchObject({
      workflowId: id,
      state: 'COMPLETED',
      trigger: 'manual',
      planHash: twoSteps.plan.hash,
      stage: 'step',
    });
  });

  it('runs steps that do not need each other at the same time', async () => {
    const { results } = await client.result(await start(parallel));
    expect(results['join']).toEqual([
      ['left', 'right'],
      ['left', 'right'],
    ]);
  });

  it('refuses wrong parameters before anything is sent, naming every field', async () => {
    const attempt = client.start(twoSteps, { trees: 0, foo: 1 });
    await expect(attempt).rejects.toMatchObject({ code: 'AUTHORING_PARAMETERS_INVALID' });
  });

  it('fails a run with wrong parameters at once, naming every field', async () => {
    const failure = await failureOf(await start('two-steps', { trees: 0, foo: 1 }));
    expect(failure.code).toBe('AUTHORING_PARAMETERS_INVALID');
    for (const name of ['day', 'trees', 'foo']) expect(failure.message).toContain(name);
    expect(calls.filter((call) => call.includes('undefined'))).toEqual([]);
  });

  it('fails an unknown pipeline at once with the known names', async () => {
    const failure = await failureOf(await start('no-such-pipeline'));
    expect(failure.code).toBe('EXECUTION_UNKNOWN_PIPELINE');
    expect(failure.message).toContain('two-steps');
  });

  it('refuses a second run under the id of an open or succeeded one', async () => {
    await client.start(gated, {}, { workflowId: 'only-once' });
    await expect(client.start(gated, {}, { workflowId: 'only-once' })).rejects.toMatchObject({ code: 'EXECUTION_DUPLICATE_RUN' });
    await client.cancel('only-once');
  });

  it('tells an unknown run from a known one', async () => {
    await expect(client.status('never-started')).rejects.toMatchObject({ code: 'EXECUTION_RUN_NOT_FOUND' });
  });

  it('blocks a failed step until it is resumed, and refuses to resume what is not blocked', async () => {
    const id = await start(blocking);
    const blocked = await until(client, id, (status) => status.status === 'blocked');
    expect(blocked.steps[0]?.failure).toMatchObject({ code: 'EXECUTION_STEP_FAILED' });
    expect(blocked.steps[0]?.failure?.message).toContain('the disk is on fire');
    const refusal: unknown = await client.resume(id, { step: 'after', action: 'retry' }).catch((error: unknown) => error);
    expect(failureCode(refusal)).toMatchObject({ code: 'EXECUTION_UPDATE_REFUSED' });
    expect(failureCode(refusal).message).toContain('fragile');
    repaired = true;
    await client.resume(id, { step: 'fragile', action: 'retry' });
    expect((await client.result(id)).results['after']).toBe('after mended');
  });

  it('resumes with a given result or by skipping the step with its dependants', async () => {
    repaired = false;
    const used = await start(blocking);
    await until(client, used, (status) => status.status === 'blocked');
    await client.resume(used, { step: 'fragile', action: 'use', result: 'by hand' });
    expect((await client.result(used)).results['after']).toBe('after by hand');
    const skipped = await start(blocking);
    await until(client, skipped, (status) => status.status === 'blocked');
    await client.resume(skipped, { step: 'fragile', action: 'skip' });
    expect((await client.result(skipped)).steps.map((step) => step.status)).toEqual(['skipped', 'skipped']);
  });

  it('waits at an approval, shows it in search, and goes on when it is approved', async () => {
    const id = await start(gated);
    const waiting = await until(client, id, (status) => status.status === 'waiting');
    expect(waiting.steps[0]?.waitingFor).toBe('ship it?');
    const early: unknown = await client.approve(id, { step: 'ship', by: 'ada' }).catch((error: unknown) => error);
    expect(failureCode(early).code).toBe('EXECUTION_UPDATE_REFUSED');
    await client.approve(id, { step: 'ok', by: 'ada', reason: 'looks good' });
    expect((await client.result(id)).results['ship']).toMatchObject({ approved: true, by: 'ada', reason: 'looks good' });
  });

  it('fails when an approval is rejected or expires', async () => {
    const rejected = await start(gated);
    await until(client, rejected, (status) => status.status === 'waiting');
    await client.reject(rejected, { step: 'ok', by: 'ada', reason: 'not today' });
    expect(await failureOf(rejected)).toMatchObject({
      code: 'EXECUTION_GATE_REJECTED',
      message: expect.stringContaining('not today'),
    });
    expect((await failureOf(await start(expiring))).code).toBe('EXECUTION_GATE_EXPIRED');
  });

  it('approves by the temporal command line', async () => {
    const id = await start(gated);
    await until(client, id, (status) => status.status === 'waiting');
    await run(temporal, [
      ...['workflow', 'update', 'execute', '--address', server.address, '--workflow-id', id, '--name', 'approve'],
      ...['--input', '{"step":"ok","by":"grace"}'],
    ]);
    expect(field((await client.result(id)).results['ship'], 'by')).toBe('grace');
  });

  it('with the policy continue goes on without the failed step and its dependants', async () => {
    const result = await client.result(await start(tolerant));
    expect(result.status).toBe('succeeded');
    expect(result.steps.map((step) => step.status)).toEqual(['failed', 'skipped', 'succeeded']);
    expect(result.steps[0]?.failure?.code).toBe('EXECUTION_INPUT_MISSING');
  });

  it('shows progress, and cancels a run with the step under way', async () => {
    const id = await start(slow);
    await until(client, id, (status) => statusOf(status, 'long') === 'running');
    let progress = await client.progress(id);
    while (progress[0]?.done !== 1) progress = await client.progress(id);
    expect(progress[0]).toMatchObject({ activityId: 'long', done: 1, total: 10, note: 'warming up' });
    await client.cancel(id);
    expect((await failureOf(id)).code).toBe('EXECUTION_STEP_CANCELLED');
    const status = await client.status(id);
    expect(status.status).toBe('cancelled');
    expect(status.steps.map((step) => step.status)).toEqual(['cancelled', 'cancelled']);
  });

  it('cancels one step, which then counts by its policy', async () => {
    const id = await start(slow);
    await until(client, id, (status) => statusOf(status, 'long') === 'running');
    await client.cancelStep(id, { step: 'long', by: 'ada' });
    expect(await failureOf(id)).toMatchObject({ code: 'EXECUTION_STEP_CANCELLED' });
  });

  it('gives the next attempt the newest checkpoint', async () => {
    const { results } = await client.result(await start(flaky));
    expect(results['resumes']).toMatchObject({ attempt: 2, from: 'epoch 4' });
  });

  it('fails a step whose result JSON would damage, naming the places', async () => {
    const failure = await failureOf(await start(careless));
    expect(failure.code).toBe('EXECUTION_RESULT_NOT_JSON');
    expect(failure.message).toContain('result.auc is NaN');
    expect(failure.message).toContain('result.seen is a Map');
  });

  it('fails at once, with the known ones, when the worker lacks a step of the plan', async () => {
    const planned = handMade('newer-plan', [
      { id: 'known', run: async () => 1 },
      { id: 'unknown', run: async () => 2 },
    ]);
    const steps = planned.plan.steps.slice(0, 1);
    const older = { ...planned, plan: { ...planned.plan, steps } };
    const other = await createPipelineWorker({
      pipelines: [older],
      store: folder.path,
      address: server.address,
      taskQueue: 'older',
    });
    const ended = other.run();
    steps.push(...planned.plan.steps.slice(1));
    const { workflowId } = await client.start('newer-plan', {}, { taskQueue: 'older' });
    const failure = await failureOf(workflowId);
    other.shutdown();
    await ended;
    expect(failure.code).toBe('EXECUTION_UNKNOWN_STEP');
    expect(failure.message).toContain('newer-plan.unknown');
    expect(failure.message).toContain('newer-plan.known');
  });

  it('reports its end to the entity that started it, and does not mind when there is none', async () => {
    await client.signalTraining('two-steps', { id: 'one', kind: 'drift', at: '2001-02-01T00:00:00.000Z' });
    const entity = 'perennial/model/two-steps';
    const told = await client.start(twoSteps, { day: '2001-01-04' }, { memo: { entity, trigger: 'drift' } });
    const alone = await client.start(twoSteps, { day: '2001-01-05' }, { memo: { entity: 'perennial/model/nobody' } });
    expect((await client.result(told.workflowId)).status).toBe('succeeded');
    expect((await client.result(alone.workflowId)).status).toBe('succeeded');
    const { stdout } = await run(temporal, [
      ...['workflow', 'show', '--address', server.address, '--workflow-id', entity, '--output', 'json'],
    ]);
    const { events } = JSON.parse(stdout) as {
      events: { workflowExecutionSignaledEventAttributes?: { signalName: string; input: { payloads: { data: string }[] } } }[];
    };
    const reports = events.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal?.signalName === 'runFinished' ? [Buffer.from(signal.input.payloads[0]!.data, 'base64').toString('utf8')] : [],
    );
    expect(reports.map((report) => JSON.parse(report) as unknown)).toEqual([
      { workflowId: told.workflowId, status: 'succeeded', outcome: 'succeeded' },
    ]);
  });

  it('shows a table of the steps in the details of the run', async () => {
    const id = await start(twoSteps, { day: '2001-01-03' });
    await client.result(id);
    const { stdout } = await run(temporal, [
      ...['workflow', 'metadata', '--address', server.address, '--workflow-id', id, '--output', 'json'],
    ]);
    expect(stdout).toContain('| first | step | succeeded |');
    expect(stdout).toContain('Approves the step that waits');
  });
});

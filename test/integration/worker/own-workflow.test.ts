import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Connection } from '@temporalio/client';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import descent from '../../../examples/own-workflow/pipeline.js';
import { definePipeline, param } from '../../../src/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { handMade, temporaryFolder, text, until } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const EXAMPLE = 'examples/own-workflow';
const QUEUE = 'ml';

/** Workflows of a file outside of any package: what they import is this package's own. */
const OUTSIDE = `
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { failureCode, perennial } from 'perennial-ml/workflow';

export async function wrongCalls() {
  return perennial({ pipeline: 'loose' }, async (stages) => {
    const codes = [];
    const attempts = [
      () => stages.step('nothing'),
      () => stages.step('after'),
      () => stages.step('first', { surprise: 1 }),
      () => stages.step('first', {}, { params: { n: 'three' } }),
      () => stages.train(),
      () => stages.approval('ask'),
      () => stages.step('bad'),
      () => stages.signalTraining('nobody', { id: 'x', kind: 'manual', at: '2020-01-01' }),
      () => stages.pipeline('unheard-of'),
    ];
    for (const attempt of attempts) {
      try {
        await attempt();
        codes.push('none');
      } catch (error) {
        codes.push(failureCode(error).code);
      }
    }
    return codes;
  });
}

export async function childAndParallel() {
  return perennial({ pipeline: 'loose', params: { n: 1 } }, async (stages) => {
    const [one, two] = await Promise.all([stages.step('first'), stages.step('first', {}, { params: { n: 2 } })]);
    const child = await stages.pipeline('loose', { n: 40 });
    return { one, two, child: child.results.after, ids: stages.status().steps.map(({ id, status }) => id + ' ' + status) };
  });
}

export async function givesUp() {
  return perennial({ pipeline: 'loose' }, async (stages) => {
    try {
      await CancellationScope.withTimeout(300, () => stages.step('slow'));
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return stages.status().steps.find(({ id }) => id === 'slow').status;
    }
  });
}

export async function mapsAndCalls() {
  return perennial({ pipeline: 'whole', params: { n: 4 } }, async (stages) => {
    await stages.step('words');
    const lengths = await stages.step('lengths');
    const again = await stages.step('lengths', { items: ['seven..'] });
    await stages.step('priced');
    const sum = await stages.step('sum');
    return { counts: [lengths.count, again.count], sum, ids: stages.status().steps.map(({ id, status }) => id + ' ' + status) };
  });
}

export async function failsWithCode() {
  return perennial({ pipeline: 'loose' }, (stages) => stages.step('bad'));
}
`;

const loose = handMade(
  'loose',
  [
    { id: 'first', run: async (_inputs, { parameters, run }) => `${text(parameters['n'])} ${run.pipeline}` },
    { id: 'after', inputs: { first: { step: 'first' } }, run: async ({ first }) => `after ${text(first)}` },
    { id: 'bad', onFailure: 'continue', run: () => Promise.reject(new Error('no convergence')) },
    {
      id: 'slow',
      onFailure: 'continue',
      run: (_inputs, { signal, parameters }) =>
        parameters['n'] === 40
          ? Promise.resolve('quick')
          : new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason as Error);
              });
            }),
    },
  ],
  { type: 'object', properties: { n: { type: 'integer', default: 3 } }, additionalProperties: false },
);

const priced = definePipeline('priced', { params: { count: param.integer() } }, (p) =>
  p.step('price', { run: (_inputs, { parameters }) => ({ total: 10 * parameters['count'] }) }),
);
const whole = definePipeline('whole', { params: { n: param.integer() } }, (p) => {
  const words = p.step('words', { run: () => ['a', 'bcd'] });
  const lengths = p.map('lengths', words, (word) => p.step('length', { inputs: { word }, run: (inputs) => inputs.word.length }));
  const called = p.call('priced', priced, { params: { count: p.params.n } });
  p.step('sum', {
    inputs: { lengths, called },
    run: async (inputs, context) => {
      let sum = inputs.called.total;
      for await (const length of context.items(inputs.lengths)) sum += length ?? 0;
      return sum;
    },
  });
});

let server: TestServer;
let client: PipelineClient;
let connection: Connection;
let temporal: Client;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const workers: { stop: () => Promise<void> }[] = [];

async function startWorker(taskQueue: string, workflows: string): Promise<void> {
  const pipelines = [descent, loose, whole];
  const worker = await createPipelineWorker({ pipelines, workflows, store: folder.path, address: server.address, taskQueue });
  const running = worker.run();
  workers.push({
    stop: async () => {
      worker.shutdown();
      await running;
    },
  });
}

const execute = (workflow: string, workflowId: string, ...args: unknown[]): Promise<unknown> =>
  temporal.workflow.execute(workflow, { workflowId, taskQueue: `${QUEUE}-outside`, args });

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer();
  await fs.writeFile(path.join(folder.path, 'mine.js'), OUTSIDE);
  await fs.writeFile(path.join(folder.path, 'package.json'), '{ "type": "commonjs" }');
  await startWorker(QUEUE, `${EXAMPLE}/workflows.ts`);
  await startWorker(`${QUEUE}-outside`, path.join(folder.path, 'mine.js'));
  client = await connectClient({ address: server.address });
  connection = await connect({ address: server.address });
  temporal = new Client({ connection });
});
afterAll(async () => {
  await connection.close();
  await client.close();
  for (const worker of workers) await worker.stop();
  await server.stop();
  await folder.remove();
});

describe('a hand-written workflow', () => {
  it('loops over a step, asks at an approval of the pipeline and publishes; status, records and attributes are those of a run', async () => {
    await client.start('patientFit', { target: 2 }, { workflowId: 'patient' });
    const waiting = await until(client, 'patient', ({ status }) => status === 'waiting');
    expect(waiting.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      ...['start succeeded', 'fit succeeded', 'fit[1] succeeded', 'fit[2] succeeded', 'fit[3] succeeded', 'fit[4] succeeded'],
      ...['release waiting', 'publish pending'],
    ]);
    expect(waiting.steps.at(-2)?.waitingFor).toContain('after 5 fits');
    expect(waiting.steps[1]?.metrics['loss']).toBeCloseTo(2.56);
    await client.approve('patient', { step: 'release', by: 'ada' });
    const result = await client.result('patient');
    expect(result).toMatchObject({ published: { by: 'ada', x: expect.closeTo(2, 1) }, refused: null });
    await eventually(
      () => client.list('MlPipeline = "descent" AND MlStatus = "succeeded"'),
      (listed) => listed.some(({ workflowId }) => workflowId === 'patient'),
    );
    const history = await temporal.workflow.getHandle('patient').fetchHistory();
    const activities = (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled === null || scheduled === undefined
        ? []
        : [`${scheduled.activityType?.name ?? ''} ${scheduled.activityId ?? ''}`],
    );
    expect(activities).toEqual([
      ...['descent.start start', 'descent.fit fit', 'descent.fit fit[1]', 'descent.fit fit[2]', 'descent.fit fit[3]'],
      'descent.fit fit[4]',
      'descent.publish publish',
    ]);
    const bundle = await workflowBundle(`${EXAMPLE}/workflows.ts`, ['descent', 'loose', 'whole']);
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history, 'patient')).resolves.toBeUndefined();
  });

  it('goes on its own way when the approval is rejected', async () => {
    await client.start('patientFit', { target: 1, fits: 1 }, { workflowId: 'rejected' });
    await until(client, 'rejected', ({ status }) => status === 'waiting');
    const refusal = failureCode(
      await client.approve('rejected', { step: 'publish', by: 'ada' }).catch((error: unknown) => error),
    );
    expect(refusal).toMatchObject({ code: 'EXECUTION_UPDATE_REFUSED', message: expect.stringContaining('now: release') });
    await client.reject('rejected', { step: 'release', by: 'bob', reason: 'too early' });
    expect(await client.result('rejected')).toMatchObject({ published: null, refused: expect.stringContaining('too early') });
  });

  it('gets a code for every wrong call, from a file outside of any package', async () => {
    expect(await execute('wrongCalls', 'wrong')).toEqual([
      ...['EXECUTION_UNKNOWN_STEP', 'EXECUTION_INPUT_MISSING', 'EXECUTION_INPUT_MISSING', 'AUTHORING_PARAMETERS_INVALID'],
      ...['EXECUTION_UNKNOWN_STEP', 'EXECUTION_UNKNOWN_STEP', 'EXECUTION_STEP_FAILED', 'EXECUTION_RUN_NOT_FOUND'],
      'EXECUTION_UNKNOWN_PIPELINE',
    ]);
  });

  it('runs steps side by side with parameters of their own, and a whole pipeline as a child', async () => {
    expect(await execute('childAndParallel', 'side')).toEqual({
      one: '1 loose',
      two: '2 loose',
      child: 'after 40 loose',
      ids: ['first succeeded', 'first[1] succeeded', 'after pending', 'bad pending', 'slow pending'],
    });
  });

  it('runs a whole map, also over items of its own, and a called pipeline; what follows reads their results', async () => {
    expect(await execute('mapsAndCalls', 'whole')).toEqual({
      counts: [2, 1],
      sum: 7 + 40,
      ids: ['words succeeded', 'lengths succeeded', 'lengths[1] succeeded', 'priced succeeded', 'sum succeeded'],
    });
    const { result } = await client.result('whole/priced');
    expect(result).toEqual({ total: 40 });
  });

  it('cancels a step with the scope around its call', async () => {
    expect(await execute('givesUp', 'gives-up')).toBe('cancelled');
  });

  it('fails with the code of the step that it did not catch', async () => {
    const failure = failureCode(await execute('failsWithCode', 'coded').catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'EXECUTION_STEP_FAILED', message: expect.stringContaining('"bad"') });
    expect(await client.status('coded')).toMatchObject({ status: 'failed' });
  });
});

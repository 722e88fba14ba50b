import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import type { DecisionRecord } from '../../../src/contracts/run/gates.js';
import type { RunStatus } from '../../../src/contracts/run.js';
import { isPipelineError, type Pipeline } from '../../../src/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { decisionPrefix } from '../../../src/worker/handlers/decision-records.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { branching, cleaning, halving } from './control-flow-fixtures.js';
import { temporaryFolder, until } from '../execution-fixtures.js';
import { asking, escalating, twoPeople, unanswered } from './gates-fixtures.js';

let tidied = 0;
const cleaningUp = cleaning('cleaning-up', async ({ signal }) => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  tidied += 1;
  return signal.aborted ? 'cut short' : 'in peace';
});

let server: TestServer;
let worker: PipelineWorker;
let running: Promise<void>;
let client: PipelineClient;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer();
  const pipelines = [branching, halving, cleaningUp, twoPeople, unanswered, escalating, asking];
  worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address, shutdownGraceMs: 500 });
  running = worker.run();
  client = await connectClient({ address: server.address, author: 'Dan' });
});

afterAll(async () => {
  await client.close();
  worker.shutdown();
  await running;
  await server.stop();
  await folder.remove();
});

const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'none',
    (error: unknown) => (isPipelineError(error) ? error.code : failureCode(error).code),
  );

const messageOf = async (answer: Promise<unknown>): Promise<string> => {
  const error: unknown = await answer.catch((reason: unknown) => reason);
  const cause = (error as { cause?: { message: string } }).cause;
  return `${(error as Error).message} ${cause?.message ?? ''}`;
};

async function decisionsOf(workflowId: string, runId: string): Promise<DecisionRecord[]> {
  const objects = await openObjectStore(folder.path);
  const records: DecisionRecord[] = [];
  for await (const { key } of objects.list(decisionPrefix(workflowId, runId))) {
    records.push(JSON.parse((await objects.get(key)).bytes.toString('utf8')) as DecisionRecord);
  }
  return records;
}

const gateOpen = (workflowId: string, step: string): Promise<RunStatus> =>
  until(client, workflowId, ({ gates = [] }) => gates.some((gate) => gate.step === step && gate.state === 'open'));

const summary = ({ steps }: Pick<RunStatus, 'steps'>) =>
  steps.map(({ id, status, reason, items }) => ({ id, status, reason, items }));

describe('on Temporal and in this process a run goes the same way', () => {
  async function same<Params>(pipeline: Pipeline<Params>, parameters: Params): Promise<void> {
    const { workflowId } = await client.start(pipeline, parameters);
    const there = await client.result(workflowId);
    const here = await runInProcess(pipeline, parameters, { store: folder.path });
    expect(there.results).toEqual(here.results);
    expect(summary(there)).toEqual(summary(here));
    expect(there.status).toBe(here.status);
  }

  it('in a branch', () => same(branching, { score: 0.9, mode: 'full' }));
  it('in the other branch', () => same(branching, { score: 0.1 }));
  it('in a loop that meets its condition', () => same(halving, { from: 9 }));
  it('in a loop that runs out of rounds', () => same(halving, { from: 900, rounds: 2 }));
  it('in clean-up', () => same(cleaningUp, { fate: 'well' }));
});

describe('the ids of a loop', () => {
  it('name the round in activities', async () => {
    const { workflowId } = await client.start(halving, { from: 9 });
    await client.result(workflowId);
    const connection = await Connection.connect({ address: server.address });
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    await connection.close();
    const ids = events?.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []) ?? [];
    expect(ids).toEqual(['first', 'half[0]', 'keep[0]', 'half[1]', 'keep[1]', 'half[2]', 'keep[2]', 'long']);
  });
});

describe('clean-up on Temporal', () => {
  it('runs after a failure and after a cancel, is told which, and is not cut short', async () => {
    const before = tidied;
    const failed = await client.start(cleaningUp, { fate: 'badly' });
    expect(await codeOf(client.result(failed.workflowId))).toBe('EXECUTION_STEP_FAILED');
    expect(tidied).toBe(before + 1);

    const { workflowId } = await client.start(cleaningUp, { fate: 'hangs' });
    await until(client, workflowId, ({ steps }) => steps[0]?.status === 'running');
    await client.cancel(workflowId);
    await client.result(workflowId).catch(() => undefined);
    const status = await client.status(workflowId);
    expect(status.status).toBe('cancelled');
    expect(status.steps.find(({ id }) => id === 'tidy')?.status).toBe('succeeded');
    expect(tidied).toBe(before + 2);
  });
});

describe('an approval', () => {
  it('counts distinct people, refuses the author, strangers and a second approval, and keeps who and why', async () => {
    const { workflowId, runId } = await client.start(twoPeople, {});
    await gateOpen(workflowId, 'release');
    const answer = (by: string) => client.approve(workflowId, { step: 'release', by, reason: `${by} says so` });

    expect((await client.approvals({ workflowId }))[0]).toMatchObject({
      missing: 2,
      approvers: ['Ada', 'Bob', 'Cy'],
      notBy: 'Dan',
    });
    expect(await codeOf(answer('mallory'))).toBe('EXECUTION_APPROVAL_REFUSED');
    expect(await codeOf(answer('dan'))).toBe('EXECUTION_APPROVAL_REFUSED');
    const status = await answer('ada');
    expect(status.steps[0]?.waitingFor).toContain('1 of 2 approvals: ada');
    expect(await codeOf(answer('ADA '))).toBe('EXECUTION_APPROVAL_REFUSED');
    expect((await client.approvals()).filter((approval) => approval.workflowId === workflowId)).toMatchObject([{ missing: 1 }]);

    await answer('bob');
    expect((await client.result(workflowId)).results['ship']).toEqual({ by: 'bob', approvals: 2 });
    expect(await decisionsOf(workflowId, runId)).toMatchObject([
      {
        number: 1,
        step: 'release',
        action: 'approve',
        by: 'ada',
        reason: 'ada says so',
        counted: 'approval 1 of 2',
        author: 'Dan',
      },
      { number: 2, step: 'release', action: 'approve', by: 'bob', counted: 'approval 2 of 2', workflowId, runId },
    ]);
    expect(await codeOf(answer('cy'))).toBe('EXECUTION_RUN_ENDED');
  });

  it('is rejected by one person, for good', async () => {
    const { workflowId, runId } = await client.start(twoPeople, {});
    await gateOpen(workflowId, 'release');
    await client.approve(workflowId, { step: 'release', by: 'ada' });
    await client.reject(workflowId, { step: 'release', by: 'cy', reason: 'too slow' });
    expect(await codeOf(client.result(workflowId))).toBe('EXECUTION_GATE_REJECTED');
    expect((await decisionsOf(workflowId, runId)).map(({ action, by }) => [action, by])).toEqual([
      ['approve', 'ada'],
      ['reject', 'cy'],
    ]);
  });

  it.each([
    ['fail', 'EXECUTION_GATE_EXPIRED'],
    ['reject', 'EXECUTION_GATE_REJECTED'],
    ['approve', 'none'],
  ] as const)('that nobody answers can %s', async (then, code) => {
    const { workflowId, runId } = await client.start(unanswered, { then });
    expect(await codeOf(client.result(workflowId))).toBe(code);
    expect(await decisionsOf(workflowId, runId)).toMatchObject([{ action: 'expire', by: null, step: `to-${then}` }]);
    const late = client.approve(workflowId, { step: `to-${then}`, by: 'ada' });
    expect(await codeOf(late)).toBe('EXECUTION_RUN_ENDED');
  });

  it('lets others answer after a while', async () => {
    const { workflowId, runId } = await client.start(escalating, {});
    await gateOpen(workflowId, 'release');
    expect(await codeOf(client.approve(workflowId, { step: 'release', by: 'eve' }))).toBe('EXECUTION_APPROVAL_REFUSED');
    await until(client, workflowId, ({ gates = [] }) => gates[0]?.approvers?.length === 2);
    await client.approve(workflowId, { step: 'release', by: 'eve' });
    expect((await client.result(workflowId)).results['ship']).toBe('eve');
    expect((await decisionsOf(workflowId, runId)).map(({ action }) => action)).toEqual(['escalate', 'approve']);
  });

  it('inside a body is answered by its instance; an answer that comes too late is refused with the reason', async () => {
    const { workflowId } = await client.start(asking, {});
    await gateOpen(workflowId, 'review[0]');
    const waiting = await client.status(workflowId);
    expect(waiting.status).toBe('waiting');
    expect(waiting.steps[0]?.waitingFor).toBe('round 1 of at most 3; review[0]: good enough?');
    await client.approve(workflowId, { step: 'review[0]', by: 'ada', reason: 'once more' });
    await gateOpen(workflowId, 'review[1]');
    const early = client.approve(workflowId, { step: 'review[0]', by: 'ada' });
    expect(await messageOf(early)).toContain('a step that waits for approval (now: review[1])');
    await client.approve(workflowId, { step: 'review[1]', by: 'ada', reason: 'enough' });
    expect((await client.result(workflowId)).results['rounds']).toEqual({
      result: { reason: 'enough', round: 1 },
      rounds: 2,
      met: true,
    });
  });
});

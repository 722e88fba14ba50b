import { describe, expect, it } from '@jest/globals';
import { type WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ObjectStore } from '../../../src/store/port.js';
import { takeCalledRun, type Waiting } from '../../../src/worker/handlers/take-called-run.js';

type Run = {
  readonly type?: string;
  readonly parameters?: object;
  readonly parent: { readonly workflowId: string; readonly runId: string };
  /** One a look; the last one stays. */
  readonly states: string[];
};

/** A server with these runs; the run id of each is its workflow id. */
function waitingFor(runs: { readonly [id: string]: Run }, abort = new AbortController()) {
  const cancelled: string[] = [];
  let heartbeats = 0;
  const handle = (workflowId: string) => {
    const run = runs[workflowId];
    return {
      describe: () => {
        if (run === undefined) return Promise.reject(new WorkflowNotFoundError('gone', workflowId, undefined));
        const name = run.states.length > 1 ? run.states.shift() : run.states[0];
        const { parent: parentExecution, type = 'noting' } = run;
        return Promise.resolve({ workflowId, runId: workflowId, type, status: { name }, parentExecution });
      },
      result: () => Promise.resolve({ of: workflowId }),
      cancel: () => {
        cancelled.push(workflowId);
        run?.states.splice(0, run.states.length, 'CANCELLED');
        return Promise.resolve();
      },
    };
  };
  const first = ({ execution }: { readonly execution: { readonly workflowId: string } }) => {
    const payloads = [defaultPayloadConverter.toPayload(runs[execution.workflowId]?.parameters ?? { n: 1, m: 2 })];
    return Promise.resolve({ history: { events: [{ workflowExecutionStartedEventAttributes: { input: { payloads } } }] } });
  };
  const workflow = {
    getHandle: handle,
    options: { namespace: 'default' },
    workflowService: { getWorkflowExecutionHistory: first },
  } as unknown as WorkflowClient;
  const waiting = {
    client: { workflow },
    cancellationSignal: abort.signal,
    get cancellationDetails() {
      return { cancelRequested: abort.signal.reason === 'asked' };
    },
    heartbeat: () => {
      heartbeats++;
    },
  } as unknown as Waiting;
  return { waiting, cancelled, heartbeats: () => heartbeats };
}

/** What the runs give names no artifact. */
const NOTHING_TO_HOLD = {} as ObjectStore;
const parent = { workflowId: 'one', runId: 'one-1' };
const search = { pipeline: 'noting', parameters: { m: 2, n: 1 }, call: 'noted[0]', earlier: [parent] };
const take = ({ waiting }: ReturnType<typeof waitingFor>) => takeCalledRun(search, waiting, NOTHING_TO_HOLD);

describe('takeCalledRun', () => {
  it('takes the run that succeeded, of whichever round, also one that a shard of a map called', async () => {
    const shard = { workflowId: 'one/each/0-2', runId: 'one/each/0-2' };
    const runs = {
      'one/noted[0]': { parent, states: ['FAILED'] },
      'one/noted[0]~2': { parent: shard, states: ['COMPLETED'] },
      'one/each/0-2': { parent, states: ['COMPLETED'] },
    };
    expect(await take(waitingFor(runs))).toEqual({ workflowId: 'one/noted[0]~2', end: { of: 'one/noted[0]~2' } });
  });

  it.each<[string, Partial<Run>]>([
    ['other parameters', { parameters: { n: 1, m: 3 } }],
    ['another pipeline', { type: 'other' }],
    ['another execution of the workflow as its caller', { parent: { workflowId: 'one', runId: 'one-0' } }],
    ['another end', { states: ['TERMINATED'] }],
  ])('takes no run with %s', async (_, other) => {
    expect(await take(waitingFor({ 'one/noted[0]': { parent, states: ['COMPLETED'], ...other } }))).toBeNull();
  });

  it('waits for one under way, with heartbeats', async () => {
    const server = waitingFor({ 'one/noted[0]': { parent, states: ['RUNNING', 'RUNNING', 'COMPLETED'] } });
    expect(await take(server)).toMatchObject({ workflowId: 'one/noted[0]' });
    expect(server.heartbeats()).toBe(2);
  });

  it('passes a request to cancel on, and lets another worker wait when this one stops', async () => {
    const abort = new AbortController();
    const server = waitingFor({ 'one/noted[0]': { parent, states: ['RUNNING'] } }, abort);
    abort.abort('asked');
    await expect(take(server)).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(server.cancelled).toEqual(['one/noted[0]']);
    const stopping = new AbortController();
    const other = waitingFor({ 'one/noted[0]': { parent, states: ['RUNNING'] } }, stopping);
    stopping.abort('shutdown');
    await expect(take(other)).rejects.toThrow('stops');
    expect(other.cancelled).toEqual([]);
  });
});

import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StepTask } from '../../../src/contracts/run.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import type { HeartbeatDetails } from '../../../src/worker/step/attempt/heartbeats.js';
import { runStep } from '../../../src/worker/step/run-step.js';

const task: StepTask = {
  run: { pipeline: 'p', planHash: 'abc', workflowId: 'w', runId: 'r' },
  step: 'fit',
  kind: 'step',
  operation: 'step',
  occurrence: 0,
  config: {},
  inputs: {},
  parameters: {},
  arguments: {},
};

describe('a step whose store is away', () => {
  let folder: string;
  let store: ObjectStore;
  let beats: HeartbeatDetails[];
  let refusals: number;
  /** Does not answer to the next so many calls; a write that is refused has been done when `loses` says so. */
  let loses: boolean;

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-away-'));
    store = await openObjectStore(folder);
    beats = [];
    refusals = 0;
    loses = false;
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const flaky = (): ObjectStore =>
    new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (name === 'list' || name === 'localPath') return member.bind(target) as unknown;
        return async (...given: unknown[]): Promise<unknown> => {
          if (name === 'delete') throw new PipelineError('STORE_DENIED', { what: 'nothing may be removed' });
          if (refusals > 0) {
            refusals -= 1;
            if (loses) await Reflect.apply(member, target, given);
            throw new PipelineError('STORE_UNREACHABLE', { what: 'it is away' });
          }
          return Reflect.apply(member, target, given);
        };
      },
    });

  const run = (
    work: Parameters<typeof runStep>[1],
    heartbeatTimeoutMs: number | null = 1_000,
    signal = new AbortController().signal,
  ) =>
    runStep(task, work, {
      activityId: 'fit',
      attempt: 1,
      objects: flaky(),
      temporal: null,
      signal,
      heartbeatTimeoutMs,
      lastHeartbeat: null,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      heartbeat: (details) => beats.push(details),
    });

  it('waits inside its attempt, says so, and repeats neither its work nor a write that was done', async () => {
    let runs = 0;
    const { result } = await run(async (_task, context) => {
      runs += 1;
      refusals = 2;
      await context.artifacts.objects.put('a', Buffer.from('a'));
      loses = true;
      refusals = 1;
      return 1;
    });
    expect({ result, runs }).toEqual({ result: 1, runs: 1 });
    expect(beats.some(({ waitingFor }) => waitingFor?.startsWith('the store') === true)).toBe(true);
    expect(beats.at(-1)?.waitingFor).toBeUndefined();
  });

  it('leaves when it is told to, with the reason', async () => {
    const controller = new AbortController();
    const ended = run(
      async (_task, context) => {
        refusals = Infinity;
        setTimeout(() => {
          controller.abort(new Error('TIMED_OUT'));
        }, 50);
        await context.artifacts.objects.head('a');
        return 1;
      },
      1_000,
      controller.signal,
    );
    await expect(ended).rejects.toThrow('TIMED_OUT');
  });

  it('fails at once where nobody would hear that it waits', async () => {
    const ended = run(async (_task, context) => {
      refusals = 1;
      await context.artifacts.objects.head('a');
      return 1;
    }, null);
    await expect(ended).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it('keeps its result when what is left behind cannot be removed', async () => {
    const { result } = await run(async (_task, context) => {
      await context.checkpoint(Buffer.from('half'));
      return 1;
    });
    expect(result).toBe(1);
  });
});

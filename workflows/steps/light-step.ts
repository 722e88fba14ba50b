import { type ActivityOptions, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { RetrySpec } from '../../src/contracts/plan.js';
import type { StepOutcome, StepTask } from '../../src/contracts/run.js';
import { localActivities } from '../temporal/local-activities.js';
import { inAttempts } from './step-attempts.js';

type StepActivities = { readonly [type: string]: (task: StepTask) => Promise<StepOutcome> };
/** As Temporal has them, with the time-out in milliseconds. */
export type StepActivityOptions = Omit<ActivityOptions, 'startToCloseTimeout'> & { readonly startToCloseTimeout: number };
export type StepActivity = (task: StepTask) => Promise<StepOutcome>;

/**
 * A workflow task stays open while local activities run one after the other, and queries and updates wait for its end. After so much local
 * work the local activities under way are waited for and the next light step goes over the queue: that ends the task.
 */
const LONGEST_CHAIN_SECONDS = 0.5;
/** Overhead of a local activity. */
const OVERHEAD_SECONDS = 0.003;

/** The module of a workflow belongs to one run: each run has its own count. */
const chain: { seconds: number; running: number; pause: Promise<void> | null; atRest: () => void } = {
  seconds: 0,
  running: 0,
  pause: null,
  atRest: () => undefined,
};

/** An activity of this type on a queue. */
export function queuedActivity(type: string, options: StepActivityOptions): StepActivity {
  return proxyOf(type, proxyActivities<StepActivities>(options));
}

/**
 * A light step or a small operation of the interpreter: in the worker that runs the workflow, without the way over a queue. Once it runs it
 * runs to its end, also when it is cancelled.
 */
export function localActivity(type: string, options: StepActivityOptions, retry: RetrySpec): StepActivity {
  const once = { ...options, retry: { maximumAttempts: 1 } };
  const activity = proxyOf(
    type,
    localActivities<StepActivities>({
      startToCloseTimeout: options.startToCloseTimeout,
      retry: once.retry,
      ...(options.summary === undefined ? {} : { summary: options.summary }),
    }),
  );
  const start = (task: StepTask): Promise<StepOutcome> => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) return scope.cancelRequested;
    if (chain.pause !== null) return chain.pause.then(() => start(task));
    if (chain.seconds >= LONGEST_CHAIN_SECONDS) return endTask(queuedActivity(type, once), task);
    return CancellationScope.nonCancellable(() => runLocally(activity, task));
  };
  return (task) => inAttempts(retry, (attempt) => start(attempt === 1 ? task : { ...task, attempt }));
}

function runLocally(activity: StepActivity, task: StepTask): Promise<StepOutcome> {
  chain.seconds += OVERHEAD_SECONDS;
  chain.running += 1;
  const ended = (): void => {
    chain.running -= 1;
    if (chain.running === 0) chain.atRest();
  };
  return activity(task).then(
    (outcome) => {
      chain.seconds += outcome.seconds;
      ended();
      return outcome;
    },
    (error: unknown) => {
      ended();
      throw error;
    },
  );
}

async function endTask(queued: StepActivity, task: StepTask): Promise<StepOutcome> {
  let resume = (): void => undefined;
  chain.pause = new Promise((resolve) => {
    resume = resolve;
  });
  try {
    if (chain.running > 0) {
      await new Promise<void>((resolve) => {
        chain.atRest = resolve;
      });
    }
    return await queued(task);
  } finally {
    chain.seconds = 0;
    chain.pause = null;
    resume();
  }
}

function proxyOf(type: string, activities: StepActivities): StepActivity {
  const activity = activities[type];
  if (activity === undefined) throw new Error(`no proxy for ${type}`);
  return activity;
}

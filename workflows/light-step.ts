import {
  ActivityCancellationType,
  type ActivityOptions,
  condition,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { StepOutcome, StepTask } from '../src/contracts/run.js';

type StepActivities = { readonly [type: string]: (task: StepTask) => Promise<StepOutcome> };
/** As Temporal has them, with the time-out in milliseconds. */
export type StepActivityOptions = Omit<ActivityOptions, 'startToCloseTimeout'> & { readonly startToCloseTimeout: number };
type StepActivity = (task: StepTask) => Promise<StepOutcome>;

/**
 * A workflow task stays open while local activities run one after the other, and queries and updates wait for its end. After so much local
 * work the local activities under way are waited for and the next light step goes over the queue: that ends the task.
 */
const LONGEST_CHAIN_SECONDS = 0.5;
/** What a local activity takes beside its work. */
const OVERHEAD_SECONDS = 0.003;

/** The module of a workflow belongs to one run: each run has its own count. */
const chain: { seconds: number; running: number; pause: Promise<void> | null } = { seconds: 0, running: 0, pause: null };

/** An activity of this type on a queue. */
export function queuedActivity(type: string, options: StepActivityOptions): StepActivity {
  return proxyOf(type, proxyActivities<StepActivities>(options));
}

/** A light step or a small operation of the interpreter: in the worker that runs the workflow, without the way over a queue. */
export function localActivity(type: string, options: StepActivityOptions): StepActivity {
  const activity = proxyOf(
    type,
    proxyLocalActivities<StepActivities>({
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      startToCloseTimeout: options.startToCloseTimeout,
      ...(options.retry === undefined ? {} : { retry: options.retry }),
      ...(options.summary === undefined ? {} : { summary: options.summary }),
    }),
  );
  const start = (task: StepTask): Promise<StepOutcome> => {
    if (chain.pause !== null) return chain.pause.then(() => start(task));
    return chain.seconds < LONGEST_CHAIN_SECONDS ? runLocally(activity, task) : endTask(queuedActivity(type, options), task);
  };
  return start;
}

function runLocally(activity: StepActivity, task: StepTask): Promise<StepOutcome> {
  chain.seconds += OVERHEAD_SECONDS;
  chain.running += 1;
  return activity(task).then(
    (outcome) => {
      chain.running -= 1;
      chain.seconds += outcome.seconds;
      return outcome;
    },
    (error: unknown) => {
      chain.running -= 1;
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
    await condition(() => chain.running === 0);
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

import {
  ActivityCancellationType,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  patched,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { MAX_CALL_DEPTH } from '../../src/contracts/stages/call.js';
import type { JsonValue } from '../../src/contracts/json.js';
import { RUN_OPTIONS_MEMO, type RunOptions, type RunResult } from '../../src/contracts/run.js';
import type { CallSearch, SystemActivities } from '../../src/contracts/system.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { runOptions } from '../run/run-options.js';
import type { ChildInput } from '../stages/stage-host.js';

/** How children of a run live: a request to cancel goes to them, and they are waited for. */
export const CHILD_OPTIONS = {
  cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
  parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
} as const;

const { findCalledRun } = proxyActivities<Pick<SystemActivities, 'findCalledRun'>>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** Runs in whose bodies a call was repeated before do so on replay. */
const TAKES_CALLED_RUNS = 'takes-called-runs';

/**
 * The end of the called run of this id in a body that is run again: of the one that has succeeded before, else of a new one.
 * @param called - told the id of the one that is taken.
 */
export async function runChildAgain(
  input: ChildInput,
  workflowId: string,
  called: (workflowId: string) => void,
): Promise<JsonValue> {
  const before = patched(TAKES_CALLED_RUNS) ? await findCalledRun({ workflowId }) : null;
  if (before === null) return runChild(input, workflowId);
  called(before.workflowId);
  return before.end;
}

const { takeCalledRun } = proxyActivities<Pick<SystemActivities, 'takeCalledRun'>>({
  // It may wait for a run, which has no limit of time.
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '1 minute',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/**
 * The end of the run that the same call of an earlier run has started, when that one succeeds; else of what `start` starts.
 * @param called - told the id of the one that is taken.
 */
export async function takeChild(
  search: CallSearch,
  called: (workflowId: string) => void,
  start: () => Promise<JsonValue>,
): Promise<JsonValue> {
  const before = await takeCalledRun(search);
  if (before === null) return start();
  called(before.workflowId);
  return before.end;
}

/** Runs a pipeline as a child workflow with the options of this run. CALL_TOO_DEEP beyond `MAX_CALL_DEPTH`. */
export async function runChild({ pipeline, parameters }: ChildInput, workflowId: string): Promise<RunResult> {
  const options = runOptions();
  const depth = nextDepth(options.depth ?? 0, pipeline);
  return executeChild<(parameters: ChildInput['parameters']) => Promise<RunResult>>(pipeline, {
    ...CHILD_OPTIONS,
    workflowId,
    args: [parameters],
    memo: { [RUN_OPTIONS_MEMO]: inherited(options, depth), trigger: `called by ${workflowInfo().workflowId}` },
  });
}

/** The depth of a run that one of this depth calls. */
export function nextDepth(depth: number, pipeline: string): number {
  if (depth < MAX_CALL_DEPTH) return depth + 1;
  throw new PipelineError('CALL_TOO_DEEP', {
    what: `a call of "${pipeline}" would be the ${depth + 1}th inside each other`,
    expected: `at most ${MAX_CALL_DEPTH}`,
    details: { pipeline, limit: MAX_CALL_DEPTH },
  });
}

/** Who, how cached, for whom; what was said of single steps is of the calling pipeline alone. */
function inherited({ author, cache, team, priority }: RunOptions, depth: number): RunOptions {
  return {
    ...(author === undefined ? {} : { author }),
    ...(cache === undefined ? {} : { cache }),
    ...(team === undefined ? {} : { team }),
    ...(priority === undefined ? {} : { priority }),
    depth,
  };
}

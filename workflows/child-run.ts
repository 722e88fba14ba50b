import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { MAX_CALL_DEPTH } from '../src/contracts/call.js';
import { RUN_OPTIONS_MEMO, type RunOptions, type RunResult } from '../src/contracts/run.js';
import { PipelineError } from '../src/errors/pipeline-error.js';
import { runOptions } from './run-options.js';
import type { ChildInput } from './stage-host.js';

/** How children of a run live: a request to cancel goes to them, and they are waited for. */
export const CHILD_OPTIONS = {
  cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
  parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
} as const;

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

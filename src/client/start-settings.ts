import { randomBytes } from 'node:crypto';
import type { WorkflowStartOptions } from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import { RUN_OPTIONS_MEMO, type RunOptions } from '../contracts/run.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { StartOptions } from './pipeline-client.js';

/** A start with a pipeline expects that version of it. */
export function expecting(
  pipeline: Pick<Pipeline, 'plan'> | string,
  { run, anyPlan = false }: StartOptions,
): RunOptions | undefined {
  if (typeof pipeline === 'string' || anyPlan || run?.pin !== undefined) return run;
  return { expects: { plan: pipeline.plan.hash }, ...run };
}

/** Settings of the start that the run reads, and the priority of its workflow tasks. */
export function runSettings(
  { memo, run: given }: Pick<StartOptions, 'memo'> & { readonly run: RunOptions | undefined },
  author?: string,
): Pick<WorkflowStartOptions, 'memo' | 'priority'> {
  const run = author === undefined ? given : { author, ...given };
  if (run === undefined) return memo === undefined ? {} : { memo };
  const { priority, team } = run;
  const order: Priority = {
    ...(priority === undefined ? {} : { priorityKey: priority }),
    ...(team === undefined ? {} : { fairnessKey: team }),
  };
  const said = memo?.[RUN_OPTIONS_MEMO] as RunOptions | undefined;
  return {
    memo: { ...memo, [RUN_OPTIONS_MEMO]: { ...said, ...run } },
    ...(Object.keys(order).length === 0 ? {} : { priority: order }),
  };
}

export function duplicate(workflowId: string, cause: unknown): PipelineError {
  return new PipelineError('EXECUTION_DUPLICATE_RUN', {
    what: `there is a run "${workflowId}" already`,
    details: { workflowId },
    cause,
  });
}

/** The name of the pipeline, the time and four random bytes. */
export function freshWorkflowId(pipeline: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
  return `${pipeline}-${time}-${randomBytes(4).toString('hex')}`;
}

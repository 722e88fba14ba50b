import type { StepTask } from '../../contracts/run.js';
import type { ArtifactProducer } from '../../store/artifacts/create-artifact-store.js';
import { sha256Hex } from '../../store/hash.js';
import { keyName } from '../../store/key-name.js';

export { keyName };

/** Where the result of an activity of a run is recorded. */
export function recordKey(task: StepTask, activityId: string): string {
  return `runs/${keyName(task.run.workflowId)}/${keyName(task.run.runId)}/${keyName(activityId)}.json`;
}

/**
 * Where the checkpoints of an operation lie: the same for all attempts, also those after a `resume`, and for all runs of a chain of recoveries, so
 * that a recovered run goes on from what the one before it had.
 */
export function checkpointPrefix(task: StepTask): string {
  const activity = `${task.step}${task.instance ?? ''}.${task.operation}[${task.occurrence}]`;
  const { workflowId, runId } = task.run.origin ?? task.run;
  return `checkpoints/${keyName(workflowId)}/${keyName(runId)}/${keyName(activity)}/`;
}

/** A whole number 0..2^31-1 from the pipeline, the step and its instance: the same in every run, also after another step was changed. */
export function seedOf(task: StepTask): number {
  return Number.parseInt(sha256Hex(`${task.run.pipeline}/${task.step}${task.instance ?? ''}`).slice(0, 8), 16) >>> 1;
}

/** Whose artifacts they are that a step publishes. */
export function producerOf({ run, step }: StepTask): ArtifactProducer {
  return { pipeline: run.pipeline, workflowId: run.workflowId, runId: run.runId, step };
}

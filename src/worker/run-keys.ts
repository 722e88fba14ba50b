import type { StepTask } from '../contracts/run.js';
import { sha256Hex } from '../store/hash.js';

const MAX_NAME_LENGTH = 150;
const HASH_LENGTH = 16;

/** One name for a store key or a folder; long ones are cut and get a hash, so that different texts stay different. */
export function keyName(text: string): string {
  const name = encodeURIComponent(text).replaceAll('*', '%2A').replaceAll('.', '%2E');
  if (name.length <= MAX_NAME_LENGTH) return name;
  return `${name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1)}-${sha256Hex(text).slice(0, HASH_LENGTH)}`;
}

/** Where the result of an activity of a run is recorded. */
export function recordKey(task: StepTask, activityId: string): string {
  return `runs/${keyName(task.run.workflowId)}/${keyName(task.run.runId)}/${keyName(activityId)}.json`;
}

/** Where the checkpoints of an operation of a run lie; the same for all attempts, also those after a `resume`. */
export function checkpointPrefix(task: StepTask): string {
  const activity = `${task.step}${task.instance ?? ''}.${task.operation}[${task.occurrence}]`;
  return `checkpoints/${keyName(task.run.workflowId)}/${keyName(task.run.runId)}/${keyName(activity)}/`;
}

/** A whole number 0..2^31-1 from the plan's hash, the step and its instance: equal for equal plans, whatever the run. */
export function seedOf(task: StepTask): number {
  return Number.parseInt(sha256Hex(`${task.run.planHash}/${task.step}${task.instance ?? ''}`).slice(0, 8), 16) >>> 1;
}

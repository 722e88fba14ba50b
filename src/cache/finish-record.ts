import type { CacheRecord } from '../contracts/store/cache.js';
import type { StepOutcome, StepTask } from '../contracts/run.js';
import type { ObjectStore } from '../store/port.js';
import { entryKey, entryOf, keepEntry } from './cache-entry.js';
import { keepLastComponents } from './last-components.js';

/**
 * Makes up for an attempt that was killed behind its record: what it computed is kept for later runs, and they are compared with this
 * one. Safe to repeat.
 */
export async function finishRecord(
  objects: ObjectStore,
  task: StepTask,
  outcome: StepOutcome,
  { key, components, kept }: CacheRecord,
): Promise<void> {
  const { workflowId, runId } = task.run;
  const isOwed = kept === true && (await objects.head(entryKey(key))) === null;
  await Promise.all([
    ...(isOwed ? [keepEntry(objects, entryOf(task, key, outcome))] : []),
    keepLastComponents(objects, task, { run: { workflowId, runId }, components }),
  ]);
}

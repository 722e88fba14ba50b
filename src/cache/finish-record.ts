import type { CacheRecord } from '../contracts/store/cache.js';
import type { StepOutcome, StepTask } from '../contracts/run.js';
import type { ObjectStore } from '../store/port.js';
import { entryKey, entryOf, keepEntry } from './cache-entry.js';
import { keepLastComponents } from './last-components.js';

/**
 * Completes an attempt that was killed after it wrote its record: keeps its result for later runs, and makes this run the one that they are
 * compared with. Idempotent.
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

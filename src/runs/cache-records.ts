import type { CacheRecord } from '../contracts/store/cache.js';
import { parseRecord } from '../store/json/json-record.js';
import { keyName, textOfKeyName } from '../store/key-name.js';
import type { ObjectStore } from '../store/port.js';

export type OperationRecord = { readonly operation: string; readonly cache: CacheRecord | null };

type StoredOutcome = { readonly result: unknown; readonly cache?: CacheRecord };

/** Why the operations of a step (`train`, `train[3]`) were computed or taken from the cache, by name; null for a step without a cache. */
export async function cacheRecords(
  objects: ObjectStore,
  run: { readonly workflowId: string; readonly runId: string },
  step: string,
): Promise<OperationRecord[]> {
  const folder = `runs/${keyName(run.workflowId)}/${keyName(run.runId)}/`;
  const records: OperationRecord[] = [];
  for await (const { key } of objects.list(`${folder}${keyName(step)}`)) {
    const operation = textOfKeyName(key.slice(folder.length, -'.json'.length));
    if (!isOf(operation, step) || operation.includes('/')) continue;
    const stored = parseRecord<StoredOutcome>((await objects.get(key)).bytes, key, ['result']);
    records.push({ operation, cache: stored.cache ?? null });
  }
  return records;
}

/** `evaluate`, `evaluate.bless` and `evaluate~2` belong to the step `evaluate`, as does `evaluate.bless[0]` in a run without Temporal. */
function isOf(operation: string, step: string): boolean {
  return (
    operation === step || operation.startsWith(`${step}.`) || operation.startsWith(`${step}~`) || operation.startsWith(`${step}[`)
  );
}

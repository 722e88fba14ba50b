import type { StepOutcome } from '../../contracts/run.js';
import type { CacheRecord } from '../../contracts/store/cache.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { parseRecord } from '../../store/json/json-record.js';
import type { ObjectStore } from '../../store/port.js';

/** What an earlier attempt recorded, or null. STORE_RECORD_CORRUPT when it cannot be read. */
export async function readOutcome(
  store: ObjectStore,
  key: string,
): Promise<{ readonly outcome: StepOutcome; readonly cache: CacheRecord | null } | null> {
  // Mostly there is none, and to be told so costs less than an error.
  if ((await store.head(key)) === null) return null;
  try {
    const { bytes } = await store.get(key);
    const { result, metrics, seconds, cache = null } = parseRecord<RecordedOutcome>(bytes, key, ['result', 'metrics']);
    return { outcome: { result, metrics, seconds, cached: true }, cache };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
}

/** Records an outcome once. When two attempts have ended, the outcome of the first is the step's, and is returned. */
export async function recordOutcome(
  store: ObjectStore,
  key: string,
  outcome: StepOutcome,
  cache?: CacheRecord,
): Promise<StepOutcome> {
  try {
    const record: RecordedOutcome = { ...outcome, ...(cache === undefined ? {} : { cache }) };
    await store.putIfAbsent(key, Buffer.from(JSON.stringify(record)), { writeOnce: true });
    return outcome;
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    return (await readOutcome(store, key))?.outcome ?? outcome;
  }
}

/** What is stored of an operation: why it was computed, or was not, stays in the store. */
export type RecordedOutcome = StepOutcome & { readonly cache?: CacheRecord };

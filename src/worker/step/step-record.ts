import type { StepOutcome } from '../../contracts/run.js';
import type { CacheRecord } from '../../contracts/cache.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
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
    const { result, metrics, seconds, cache = null } = parseOutcome(bytes.toString('utf8'), key);
    return { outcome: { result, metrics, seconds, cached: true }, cache };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
}

/** Records an outcome once. Of two attempts that both ended, the first one's outcome is that of the step: it is returned. */
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

function parseOutcome(text: string, key: string): RecordedOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw corrupt(key, error);
  }
  if (typeof value !== 'object' || value === null || !('result' in value) || !('metrics' in value)) throw corrupt(key, null);
  return value as RecordedOutcome;
}

function corrupt(key: string, cause: unknown): PipelineError {
  return new PipelineError('STORE_RECORD_CORRUPT', { what: 'the recorded result of a step cannot be read', where: key, cause });
}

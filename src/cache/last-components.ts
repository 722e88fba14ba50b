import type { CacheComponents, RunRef } from '../contracts/store/cache.js';
import type { StepTask } from '../contracts/run.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { keyName } from '../store/key-name.js';
import { getIfThere, parseRecord, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';

/** Components of the latest run of an operation, to explain what a later run changed. */
export type LastComponents = { readonly run: RunRef; readonly components: CacheComponents };

type Operation = Pick<StepTask, 'step' | 'operation' | 'instance' | 'occurrence'> & {
  readonly run: { readonly pipeline: string };
};

/** Null when the operation never ran, or when its record cannot be read. */
export async function lastComponents(objects: ObjectStore, operation: Operation): Promise<LastComponents | null> {
  const key = lastKey(operation);
  const stored = await getIfThere(objects, key);
  if (stored === null) return null;
  try {
    return parseRecord<LastComponents>(stored.bytes, key, ['run', 'components']);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_RECORD_CORRUPT') return null;
    throw error;
  }
}

export async function keepLastComponents(objects: ObjectStore, operation: Operation, last: LastComponents): Promise<void> {
  await objects.put(lastKey(operation), recordBytes(last));
}

function lastKey({ run, step, operation, instance = '', occurrence }: Operation): string {
  const name = `${step}.${operation}${instance}${occurrence === 0 ? '' : `#${occurrence}`}`;
  return `cache/steps/${keyName(run.pipeline)}/${keyName(name)}.json`;
}

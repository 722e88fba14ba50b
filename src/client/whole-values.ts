import type { JsonValue } from '../contracts/json.js';
import type { RunResult } from '../contracts/run.js';
import { holdsStored } from '../contracts/store/stored-value.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { createArtifactStore } from '../store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../store/open-store.js';
import type { StoreSetting } from '../store/store-setting.js';
import { loadParts } from '../store/values/stored-values.js';

/** Replaces references by the values in the store. RUNS_STORE_NEEDED when there are references and no store. */
export type WholeValues = <T>(value: T, workflowId: string) => Promise<T>;

export function wholeValues(store: StoreSetting | undefined): WholeValues {
  return async <T>(value: T, workflowId: string): Promise<T> => {
    if (!holdsStored(value as JsonValue)) return value;
    if (store === undefined) {
      throw new PipelineError('RUNS_STORE_NEEDED', {
        what: `the answer of run "${workflowId}" is too large for Temporal and lies in its object store`,
        details: { workflowId },
      });
    }
    const artifacts = createArtifactStore(await openObjectStore(store));
    return (await loadParts(artifacts, value as JsonValue)) as T;
  };
}

/** The end of a run with all its results and steps. */
export async function wholeResult(whole: WholeValues, { stored, ...end }: RunResult, workflowId: string): Promise<RunResult> {
  if (stored === undefined) return whole(end, workflowId);
  const kept = await whole<unknown>(stored, workflowId);
  return whole({ ...end, ...(kept as Pick<RunResult, 'results' | 'steps'>) }, workflowId);
}

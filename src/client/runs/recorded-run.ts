import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import type { RunManifest } from '../../contracts/run/run-manifest.js';
import { findManifest } from '../../runs/manifest-store.js';
import { openObjectStore } from '../../store/open-store.js';
import type { StoreSetting } from '../../store/store-setting.js';
import type { ObjectStore } from '../../store/port.js';

/** Reads the manifests of ended runs, so that no worker has to answer a query. */
export type RunReader = (workflowId: string) => Promise<RunManifest | null>;

/** Null for an open run, for a run without a manifest, and for every run when the client has no store. */
export function recordedRuns(workflow: WorkflowClient, store: StoreSetting | undefined): RunReader {
  if (store === undefined) return () => Promise.resolve(null);
  let opened: Promise<ObjectStore> | null = null;
  return async (workflowId) => {
    const ended = await endedRun(workflow, workflowId);
    if (ended === 'open') return null;
    opened ??= openObjectStore(store);
    return findManifest(await opened, workflowId, ended === 'forgotten' ? undefined : ended.runId);
  };
}

/** A run past the server's retention may still be in the store. Otherwise the query reports that there is no such run. */
async function endedRun(
  workflow: WorkflowClient,
  workflowId: string,
): Promise<{ readonly runId: string } | 'open' | 'forgotten'> {
  try {
    const { status, runId } = await workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? 'open' : { runId };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'forgotten';
    throw error;
  }
}

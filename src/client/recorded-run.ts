import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import { findManifest } from '../runs/manifest-store.js';
import { openObjectStore } from '../store/open-store.js';
import type { StoreSetting } from '../store/store-setting.js';
import type { ObjectStore } from '../store/port.js';

/** Reads what is kept of runs that have ended, so that no worker has to answer for them. */
export type RunReader = (workflowId: string) => Promise<RunManifest | null>;

/** Null for a run that is open or of which the store keeps nothing; without a store for every run. */
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

/** A run that the server has forgotten, or never had, may still be in the store; else it is for the query to tell that there is none. */
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

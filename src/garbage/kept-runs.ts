import type { ModelVersion } from '../contracts/model.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import { inParallel } from '../predictions/in-parallel.js';
import { keyName } from '../store/key-name.js';
import type { ObjectStore } from '../store/port.js';
import { type Inventory, itemsOf, type StoredRun } from './inventory.js';
import type { OpenRuns } from './open-runs.js';
import { readWhole } from './read-whole.js';

const AT_ONCE = 16;
const VERSION_KEY = /\/versions\/[^/]+\.json$/;

export interface KeptRuns {
  /** Why a run's records stay; null: they go. */
  why(run: StoredRun): string | null;
  /** Whether a run of this workflow is kept; its artifacts are then kept too. */
  hasWorkflow(workflowId: string): boolean;
  isOpen(run: StoredRun): boolean;
}

/** Runs that are open, that ended not long ago, or that made a version of a model. `sinceMs`: an older run goes. */
export async function findKeptRuns(
  objects: ObjectStore,
  inventory: Inventory,
  open: OpenRuns,
  sinceMs: number,
): Promise<KeptRuns> {
  const openWorkflows = new Set([...open.workflowIds].map(keyName));
  const versions = itemsOf(inventory, 'model').filter(({ key }) => VERSION_KEY.test(key));
  const records = await inParallel(versions, AT_ONCE, ({ key }) =>
    readWhole<ModelVersion>(objects, key, ['workflowId', 'runId']),
  );
  const ofModels = new Set(
    records.flatMap((record) => (record === null ? [] : [`${keyName(record.workflowId)}/${keyName(record.runId)}`])),
  );
  const isOpen = ({ name }: StoredRun): boolean => openWorkflows.has(workflowOf(name));
  const why = (run: StoredRun): string | null => {
    if (isOpen(run)) return 'the run is open';
    if (ofModels.has(run.name)) return 'the run made a version of a model';
    if (open.mentioned.has(run.name.slice(run.name.indexOf('/') + 1))) return 'an open run goes on from it';
    return run.newestMs >= sinceMs ? 'the run ended not long ago' : null;
  };
  const workflows = new Set([...inventory.runs.values()].filter((run) => why(run) !== null).map(({ name }) => workflowOf(name)));
  return {
    why,
    isOpen,
    hasWorkflow: (workflowId) => openWorkflows.has(keyName(workflowId)) || workflows.has(keyName(workflowId)),
  };
}

const workflowOf = (name: string): string => name.slice(0, name.indexOf('/'));

/** Whether a kept run can never be recovered: it has ended without a failure. */
export async function isDone(objects: ObjectStore, run: StoredRun): Promise<boolean> {
  const key = manifestOf(run);
  const manifest = key === null ? null : await readWhole<RunManifest>(objects, key, ['status', 'steps']);
  return manifest !== null && manifest.status === 'succeeded' && manifest.steps.every(({ status }) => status !== 'failed');
}

/** Key of the manifest that a run left at its end; null when it left none. */
export function manifestOf({ name, items }: StoredRun): string | null {
  const key = `runs/${name}/manifest.json`;
  return items.some((item) => item.key === key) ? key : null;
}

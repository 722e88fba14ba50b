import type { DatasetRef } from '../contracts/dataset.js';
import type { RunIdentity } from '../contracts/run.js';
import type { ChangeSubject } from '../contracts/plan/triggers.js';
import { PublishedDatasets } from '../data/datasets/published-datasets.js';
import { createRegistry } from '../registry/create-registry.js';
import type { TemporalDoor } from '../pipeline/step-context.js';
import type { ObjectStore } from '../store/port.js';
import { projectOf } from '../store/project.js';
import { isSubscribedTo } from './subscriptions.js';

/** Sends changes to their followers; null where no run can be started. */
export type Announcer = Pick<TemporalDoor, 'signalChange'> | null;

/** Publishes a data set under a name and notifies the pipelines that follow it. Idempotent. */
export async function publishDataset(
  objects: ObjectStore,
  announcer: Announcer,
  name: string,
  dataset: DatasetRef,
  { run, step }: { readonly run: RunIdentity; readonly step: string },
): Promise<void> {
  const n = await new PublishedDatasets(objects).publish(name, dataset, run, step);
  if (n !== null) await tell(objects, announcer, { kind: 'dataset', name }, n);
}

/** Announces every move of a model's aliases under this request, including moves of an earlier attempt. */
export async function announceAliases(
  objects: ObjectStore,
  announcer: Announcer,
  model: string,
  workflowId: string,
): Promise<void> {
  for (const { alias, entry } of await createRegistry(objects).movesBy(model, workflowId))
    await tell(objects, announcer, { kind: 'alias', name: `${model}/${alias}` }, entry.n);
}

async function tell(objects: ObjectStore, announcer: Announcer, subject: ChangeSubject, n: number): Promise<void> {
  if (announcer === null || !(await isSubscribedTo(objects, subject))) return;
  await announcer.signalChange(subject, n, await projectOf(objects));
}

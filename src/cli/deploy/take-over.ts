import { Client } from '@temporalio/client';
import type { DeployedFor, DeployTarget } from '../../deploy/deploy.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { openObjectStore } from '../../store/open-store.js';
import type { StoreSetting } from '../../store/store-setting.js';
import { projectOf } from '../../store/project.js';
import { takeOverModel } from '../../temporal/model-ownership.js';

/** For whom `perennial deploy` deploys: the project of its store, and why it may take what others own. */
export async function deployOwner({
  store,
  by,
  takeOver,
}: {
  readonly store: StoreSetting;
  readonly by: string;
  readonly takeOver?: string;
}): Promise<DeployedFor> {
  const project = await projectOf(await openObjectStore(store));
  return takeOver === undefined ? { project } : { project, taken: { by, reason: takeOver, at: new Date().toISOString() } };
}

/** Takes over what watches and retrains the models of these pipelines, when that was asked for. Gives what it took, by name. */
export async function takeOverModels(
  target: DeployTarget,
  pipelines: readonly Pipeline[],
  { project, taken }: DeployedFor,
): Promise<string[]> {
  if (taken === undefined) return [];
  const client = new Client(target);
  const all: string[] = [];
  for (const { name: pipeline, plan } of pipelines) {
    for (const model of modelsOf(plan)) all.push(...(await takeOverModel(client, model, { pipeline, project, taken })));
  }
  return all;
}

function modelsOf({ steps }: Pipeline['plan']): string[] {
  const watching = everyStep(steps).filter(({ kind }) => kind === 'monitor' || kind === 'retrain');
  return [...new Set(watching.flatMap(({ config }) => (typeof config['model'] === 'string' ? [config['model']] : [])))];
}

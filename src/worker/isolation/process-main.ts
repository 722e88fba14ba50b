// The main module of a process that runs steps: loads the pipeline files, then runs what the worker hands over. Steps of one process share it.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { openObjectStore } from '../../store/open-store.js';
import { createCatalog } from '../plans/pipeline-catalog.js';
import { thrownText } from '../../errors/describe-thrown.js';
import { outliveSteps } from './background-errors.js';
import { importModule } from '../../modules/import-module.js';
import type { FromProcess, ProcessSettings, ToProcess } from './messages.js';
import { fingerprintOf, SETTINGS_VARIABLE } from './process-facts.js';
import { StepRuns } from './step-runs.js';

/** In a thread: a step may keep the main one busy forever. A process whose worker is gone belongs to nobody. */
const GUARD = `
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL'); }, 1000);
`;

function send(message: FromProcess): void {
  // Without a worker there is nobody to tell; `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}

function guardProcess(): void {
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  outliveSteps((message) => {
    send({ kind: 'problem', message });
  });
  new Worker(GUARD, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } }).unref();
}

async function loadPipelines(files: readonly string[]): Promise<ReadonlyMap<string, Pipeline>> {
  const pipelines: Pipeline[] = [];
  for (const file of files) {
    const exported: object = await importModule(pathToFileURL(file).href);
    if ('default' in exported) pipelines.push(exported.default as Pipeline);
  }
  return createCatalog(pipelines);
}

async function main(): Promise<void> {
  const { files, store, storeFiles } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '') as ProcessSettings;
  // A process that a step starts must not take itself for a process for steps.
  Reflect.deleteProperty(process.env, SETTINGS_VARIABLE);
  guardProcess();
  const pipelines = await loadPipelines(files);
  for (const file of storeFiles) await importModule(pathToFileURL(file).href);
  const runs = new StepRuns(pipelines, await openObjectStore(store), send);
  process.on('message', (message) => {
    runs.receive(message as ToProcess);
  });
  send({
    kind: 'ready',
    pipelines: Object.fromEntries([...pipelines].map(([name, pipeline]) => [name, fingerprintOf(pipeline)])),
  });
}

main().catch((error: unknown) => {
  send({ kind: 'unloadable', reason: thrownText(error) });
});

import type { JsonValue } from '../contracts/json.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import type { RunStatus } from '../contracts/run.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { getIfThere, parseRecord, recordBytes } from '../store/json/json-record.js';
import { keyName } from '../store/key-name.js';
import type { ObjectStore } from '../store/port.js';

/** Ages count down from it, so that the newest run comes first in key order. */
const FAR_FUTURE_MS = 10 ** 14;
const TIME_DIGITS = 14;

const runPrefix = (workflowId: string): string => `runs/${keyName(workflowId)}/`;
const manifestKey = (workflowId: string, runId: string): string => `${runPrefix(workflowId)}${keyName(runId)}/manifest.json`;
const indexPrefix = (pipeline: string): string => `run-index/${keyName(pipeline)}/`;

type IndexEntry = { readonly workflowId: string; readonly runId: string };

/** Writes the manifest of a run and its entry in the pipeline's index; replaces an earlier one. */
export async function writeManifest(objects: ObjectStore, manifest: RunManifest): Promise<void> {
  const { workflowId, runId, pipeline } = manifest.run;
  const age = String(FAR_FUTURE_MS - Date.parse(manifest.finishedAt)).padStart(TIME_DIGITS, '0');
  const entry: IndexEntry = { workflowId, runId };
  // The order of members is kept: the code of a step may iterate over its inputs and parameters when the plan is run again.
  await objects.put(manifestKey(workflowId, runId), Buffer.from(`${JSON.stringify(manifest)}\n`));
  await objects.put(`${indexPrefix(pipeline)}${age}-${keyName(runId)}.json`, recordBytes(entry));
}

/** The manifest of a run, by default of the newest run of the workflow id. Null when there is none. */
export async function findManifest(objects: ObjectStore, workflowId: string, runId?: string): Promise<RunManifest | null> {
  if (runId !== undefined) return readManifest(objects, manifestKey(workflowId, runId));
  let newest: RunManifest | null = null;
  for await (const { key } of objects.list(runPrefix(workflowId))) {
    if (!key.endsWith('/manifest.json')) continue;
    const manifest = await readManifest(objects, key);
    if (manifest !== null && (newest === null || manifest.finishedAt > newest.finishedAt)) newest = manifest;
  }
  return newest;
}

/** @throws PipelineError `RUNS_NOT_RECORDED`. */
export async function requireManifest(objects: ObjectStore, workflowId: string, runId?: string): Promise<RunManifest> {
  const manifest = await findManifest(objects, workflowId, runId);
  if (manifest !== null) return manifest;
  throw new PipelineError('RUNS_NOT_RECORDED', {
    what: `nothing is kept of run "${workflowId}"`,
    where: `store ${objects.uri}`,
    details: { workflowId, runId: runId ?? null },
  });
}

/** The newest finished runs of a pipeline, newest first. */
export async function recentManifests(objects: ObjectStore, pipeline: string, limit: number): Promise<RunManifest[]> {
  const manifests: RunManifest[] = [];
  for await (const { key } of objects.list(indexPrefix(pipeline))) {
    if (manifests.length >= limit) break;
    const stored = await getIfThere(objects, key);
    if (stored === null) continue;
    const { workflowId, runId } = parseRecord<IndexEntry>(stored.bytes, key, ['workflowId', 'runId']);
    const manifest = await findManifest(objects, workflowId, runId);
    if (manifest !== null) manifests.push(manifest);
  }
  return manifests;
}

/** The last status of a finished run. */
export function statusOfManifest({ run, status, parameters, steps, remarks }: RunManifest): RunStatus {
  const { pipeline, planHash } = run;
  return { pipeline, planHash, status, parameters, steps, ...(remarks === undefined ? {} : { remarks }) };
}

/** Results of these steps. RUNS_STEP_UNKNOWN names the steps without a result. */
export function resultsOf(manifest: RunManifest, steps: readonly string[]): { [step: string]: JsonValue } {
  const missing = steps.filter((step) => !Object.hasOwn(manifest.results, step));
  if (missing.length === 0) return Object.fromEntries(steps.map((step) => [step, manifest.results[step] ?? null]));
  throw new PipelineError('RUNS_STEP_UNKNOWN', {
    what: `there is no result of ${missing.join(', ')}`,
    where: `run ${manifest.run.workflowId}`,
    expected: `one of ${Object.keys(manifest.results).join(', ') || '(none)'}`,
    details: { missing },
  });
}

async function readManifest(objects: ObjectStore, key: string): Promise<RunManifest | null> {
  const stored = await getIfThere(objects, key);
  if (stored === null) return null;
  return parseRecord<RunManifest>(stored.bytes, key, ['run', 'status', 'plan', 'parameters', 'steps', 'results', 'finishedAt']);
}

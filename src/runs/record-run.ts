import type { RunEnd } from '../contracts/run/run-manifest.js';
import type { JsonObject } from '../contracts/json.js';
import { type CodeSource, codeHash, pipelineCode } from '../cache/code/pipeline-code.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { everyStep } from '../pipeline/plan/every-step.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import { loadParts } from '../store/values/stored-values.js';
import { writeManifest } from './manifest-store.js';
import { runEnvironment } from './run-environment.js';

/** Writes the manifest of an ended run. `pipeline` is null when the worker no longer has it; the code is then unknown. */
export async function recordRun(artifacts: ArtifactStore, end: RunEnd, pipeline: CodeSource | null): Promise<void> {
  const file = pipeline?.file ?? null;
  // The plan is kept whole. Large results stay references: together they may exceed the size of one record.
  const plan = (await loadParts(artifacts, end.plan as unknown as JsonObject)) as unknown as RunEnd['plan'];
  const [code, environment] = await Promise.all([codeOf(end, pipeline), runEnvironment(file)]);
  await writeManifest(artifacts.objects, {
    formatVersion: 1,
    ...end,
    plan,
    ...code,
    environment: { ...environment, ...code.environment },
  });
}

async function codeOf(
  { plan }: RunEnd,
  pipeline: CodeSource | null,
): Promise<{ readonly code: { readonly [step: string]: string }; readonly environment: JsonObject }> {
  if (pipeline === null) return { code: {}, environment: {} };
  try {
    const known = await pipelineCode(pipeline);
    const hashes = everyStep(plan.steps).map((step) => [step.id, codeHash(known.stepCode(step))] as const);
    return { code: Object.fromEntries(hashes), environment: {} };
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'CACHE_CODE_UNREADABLE') throw error;
    return { code: {}, environment: { code: error.message } };
  }
}

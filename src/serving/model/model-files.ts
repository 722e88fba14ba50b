import type { ArtifactRef } from '../../contracts/artifact.js';
import type { ModelSignature } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { inspectModel } from '../../onnx/inspect-model.js';
import { openSession } from '../../onnx/session.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import type { ColumnBatch } from '../input/column-batch.js';
import { parseJson } from '../../store/json/parse-json.js';
import { knownCategories } from './known-categories.js';
import { compileRowParser } from '../input/row-parser.js';
import { withoutBounds } from '../input/value-rule.js';

/** What a model artifact becomes in memory. */
export interface LoadedFiles {
  readonly signature: ModelSignature;
  /** Categories that training saw, by input column. */
  readonly categories: ReadonlyMap<string, ReadonlySet<string>>;
  readonly score: (batch: ColumnBatch) => Promise<Float32Array>;
  readonly release: () => Promise<void>;
}

type Model = { readonly model: string; readonly version: number; readonly artifact: ArtifactRef<'model'> };

async function readJson(artifacts: ArtifactStore, { model, version, artifact }: Model, name: string): Promise<unknown> {
  const bytes = await artifacts.readFile(artifact, name);
  try {
    return parseJson(bytes, name);
  } catch (error) {
    throw new PipelineError('SERVING_MODEL_INVALID', {
      what: `${name} is not JSON`,
      where: `version ${version} of model "${model}"`,
      cause: error,
    });
  }
}

function checkSignature(value: unknown, where: string): ModelSignature {
  const signature = value as Partial<ModelSignature> | null;
  const specs = [...(signature?.inputs ?? []), ...(signature?.outputs ?? [])];
  const complete = specs.every(
    (spec) => typeof spec.name === 'string' && typeof spec.datatype === 'string' && Array.isArray(spec.shape),
  );
  const outputs = signature?.outputs ?? [];
  if ((signature?.inputs ?? []).length > 0 && outputs.length === 1 && complete) return signature as ModelSignature;
  throw new PipelineError('SERVING_MODEL_INVALID', {
    what: 'signature.json does not describe a model that can be served',
    where,
    expected: 'inputs and one output, each with name, datatype and shape',
  });
}

/** Scores the stored sample rows one by one and together, as requests will. */
async function warmUp(files: LoadedFiles, model: Model, samples: unknown): Promise<void> {
  const where = `version ${model.version} of model "${model.model}"`;
  const rows: readonly unknown[] = Array.isArray(samples) ? samples : [];
  if (rows.length === 0) throw new PipelineError('SERVING_MODEL_INVALID', { what: 'samples.json has no rows', where });
  const parse = compileRowParser(model.model, withoutBounds(files.signature));
  for (const some of [rows.slice(0, 1), rows]) {
    const scores = await files.score(parse(some));
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (scores.length !== some.length || bad !== -1) {
      throw new PipelineError('SERVING_WARM_UP_FAILED', {
        what: `the model does not answer its own sample rows (row ${bad} of ${some.length})`,
        where,
        expected: `${some.length} finite scores`,
        received: bad === -1 ? `${scores.length}` : `${scores[bad]}`,
      });
    }
  }
}

/**
 * Loads a model artifact: verifies every file's hash, refuses graphs that are not plain inference (see `inspectModel`), opens a session
 * and warms it up with the stored samples. Nothing stays in memory when it throws.
 * @throws PipelineError `ARTIFACT_CORRUPT`, `ARTIFACT_NOT_FOUND`, the `ONNX_...` codes, `SERVING_MODEL_INVALID`, `SERVING_WARM_UP_FAILED`.
 */
export async function loadModelFiles(artifacts: ArtifactStore, model: Model, threads: number): Promise<LoadedFiles> {
  const where = `version ${model.version} of model "${model.model}"`;
  const signature = checkSignature(await readJson(artifacts, model, 'signature.json'), where);
  const samples = await readJson(artifacts, model, 'samples.json');
  const bytes = await artifacts.readFile(model.artifact, 'model.onnx');
  inspectModel(bytes);
  const session = await openSession(bytes, { threads, signature });
  const files: LoadedFiles = {
    signature,
    categories: knownCategories(bytes),
    score: (batch) => session.score(feeds(signature, batch), batch.rows),
    release: () => session.release(),
  };
  try {
    await warmUp(files, model, samples);
    return files;
  } catch (error) {
    await session.release();
    throw error;
  }
}

function feeds(signature: ModelSignature, batch: ColumnBatch): Record<string, ColumnBatch['columns'][number]> {
  return Object.fromEntries(signature.inputs.map((spec, index) => [spec.name, batch.columns[index] ?? []]));
}

import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { importModule, placeOf } from '../../modules/import-module.js';

const AWAIT_CURE = 'Name the file .mts, or put "type": "module" into its package.json: only ES modules may await at the top.';

/** True when the word names a file rather than a pipeline or a run. */
export const looksLikeFile = (word: string): boolean => /\.[cm]?[jt]s$/.test(word);

/**
 * Imports a pipeline file, TypeScript or JavaScript, and returns its default export.
 * @throws PipelineError `CLI_PIPELINE_FILE` when the file is missing, does not load or exports something else; errors of the
 * pipeline's own definition (`AUTHORING_*`) pass through.
 */
export async function loadPipeline(file: string): Promise<Pipeline> {
  const absolute = path.resolve(file);
  const stat = await fs.stat(absolute).catch(() => null);
  if (stat?.isFile() !== true) {
    throw new PipelineError('CLI_PIPELINE_FILE', {
      what: stat === null ? `no file ${file}` : `${file} is not a file`,
      where: process.cwd(),
    });
  }
  let module: object;
  try {
    module = await importModule(pathToFileURL(absolute).href);
  } catch (error) {
    if (isPipelineError(error)) throw error;
    throw new PipelineError('CLI_PIPELINE_FILE', {
      what: `${file} cannot be loaded: ${reasonOf(error)}`,
      where: placeOf(error, absolute),
      ...(/top-level await/i.test(messageOf(error)) ? { cure: AWAIT_CURE } : {}),
      cause: error,
    });
  }
  const exported = 'default' in module ? module.default : undefined;
  if (isPipeline(exported)) return exported;
  const names = Object.keys(module);
  throw new PipelineError('CLI_PIPELINE_FILE', {
    what: exported === undefined ? 'the file has no default export' : 'the default export is not a pipeline',
    where: file,
    expected: '`export default definePipeline(...)`',
    received: exported === undefined ? `exports ${names.length === 0 ? 'nothing' : names.join(', ')}` : describe(exported),
  });
}

/** Loads several files; pipelines of one name in two files are refused. */
export async function loadPipelines(files: readonly string[]): Promise<readonly Pipeline[]> {
  const byName = new Map<string, string>();
  const pipelines: Pipeline[] = [];
  for (const file of files) {
    const pipeline = await loadPipeline(file);
    const other = byName.get(pipeline.name);
    if (other !== undefined) {
      throw new PipelineError('CLI_PIPELINE_FILE', {
        what: `two files define the pipeline ${pipeline.name}`,
        where: `${other} and ${file}`,
        cure: 'Give each pipeline its own name.',
      });
    }
    byName.set(pipeline.name, file);
    pipelines.push(pipeline);
  }
  return pipelines;
}

function isPipeline(value: unknown): value is Pipeline {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'plan' in value &&
    'functions' in value
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` ${value.name}`}`;
  return typeof value === 'object'
    ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no fields'}`
    : `${typeof value} ${JSON.stringify(value)}`;
}

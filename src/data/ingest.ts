import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetMeta, FileSource } from '../contracts/dataset.js';
import type { IngestConfig, IngestInputs, IngestResult } from '../contracts/stages/ingest.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { schemaHash } from '../schema/schema-hash.js';
import { advanceCursor } from './cursor.js';
import { withDuckDb } from './duckdb.js';
import { engineOptions } from './engine-options.js';
import { isoInstant, parseWindow } from './event-time.js';
import { loadSource, orderColumn } from './source/load-source.js';
import { inNameOf } from './source/in-name-of.js';
import { isFileSource, materialize } from './source/materialize.js';
import { publishedFiles } from './source/published-files.js';
import { writeDataset } from './datasets/write-dataset.js';

/**
 * The ingest stage: source files -> a `dataset` artifact of the rows in the window, then the step's cursor moves to the window's end.
 * Deterministic: equal rows and schema give an equal dataset id. Errors: those of `loadSource` and of the store.
 */
export const ingest: StageOperation<IngestConfig, IngestInputs, IngestResult> = async ({ config, inputs }, context) => {
  const folder = join(context.scratch, 'dataset');
  await mkdir(folder, { recursive: true });
  const written = await withDuckDb(engineOptions(context), async (db) => {
    context.progress(0, 0, `reading ${isFileSource(config.source) ? config.source.path : config.source.format}`);
    await inNameOf(config.source, sourceFolder(context), async () => {
      const source = await filesOf({ config, inputs }, context);
      await loadSource(db, { ...config, source }, 'ingested');
    });
    return writeDataset(db, 'ingested', config.schema, orderColumn(config), folder, (done, total) => {
      context.progress(done, total, 'writing Parquet parts');
    });
  });
  const window = config.window === undefined ? null : parseWindow(config.window);
  const meta: DatasetMeta = {
    schema: config.schema,
    schemaHash: schemaHash(config.schema),
    rows: written.rows,
    from: window === null ? null : isoInstant(window.fromMs),
    to: window === null ? null : isoInstant(window.toMs),
    parts: written.parts,
  };
  const dataset = await context.artifacts.publish({ kind: 'dataset', files: written.files, meta, inputs: [] });
  context.metric('rows', written.rows);
  context.metric('bytes', written.bytes);
  if (meta.to !== null) {
    const { pipeline, workflowId, runId } = context.run;
    await advanceCursor(context.artifacts.objects, pipeline, context.step, {
      watermark: meta.to,
      dataset: dataset.id,
      workflowId,
      runId,
    });
  }
  context.log.info('ingested', { rows: written.rows, parts: written.parts.length, dataset: dataset.id });
  return dataset;
};

const sourceFolder = ({ scratch }: StepContext): string => join(scratch, 'source');

function filesOf(
  { config, inputs }: { readonly config: IngestConfig; readonly inputs: IngestInputs },
  context: StepContext,
): Promise<FileSource> {
  const { source, schema, window = null } = config;
  const { artifacts, signal } = context;
  const folder = sourceFolder(context);
  if (inputs.from !== undefined && isFileSource(source)) return publishedFiles(source, inputs.from, artifacts, folder);
  return materialize(source, { window, columns: schema.columns.map(({ name }) => name), folder, signal });
}

import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll } from '@jest/globals';
import type { ColumnSpec, DatasetRef, SchemaSpec } from '../../../src/contracts/dataset.js';
import type { IngestConfig } from '../../../src/contracts/stages/ingest.js';
import { ingest } from '../../../src/data/ingest.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import type { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { StepContext } from '../../../src/pipeline/step-context.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createTestContext } from '../../test-context.js';
import { testFolder } from '../../test-folder.js';

export const FLIGHTS_FILE = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');

export const FLIGHTS: SchemaSpec = {
  name: 'flights',
  columns: [
    { name: 'date', type: 'timestamp', nullable: false, eventTime: true },
    { name: 'distance', type: 'float', nullable: false, min: 1 },
    { name: 'origin', type: 'category', nullable: false },
    { name: 'destination', type: 'category', nullable: false },
    { name: 'delay', type: 'float', nullable: true },
  ],
};

export const temporaryFolder = async (): Promise<string> => testFolder('data');

export async function temporaryStore(): Promise<ArtifactStore> {
  return createArtifactStore(await openObjectStore(await temporaryFolder()));
}

// An engine takes forty times as long to open as a connection.
let engine: Promise<DuckDBInstance> | undefined;
afterAll(async () => (await engine)?.closeSync());

/** Runs SQL in an engine of the test file: to write small source files and to look into files that were written. */
export async function sql(text: string): Promise<Record<string, unknown>[]> {
  engine ??= DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await (await engine).connect();
  try {
    return await (await connection.run(text)).getRowObjectsJS();
  } finally {
    connection.closeSync();
  }
}

/** Writes the rows of a query to a file `name` of a new folder and returns its path. */
export async function sourceFile(query: string, name = 'rows.parquet'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await sql(`COPY (${query}) TO '${path}'`);
  return path;
}

export function schemaOf(...columns: readonly ColumnSpec[]): SchemaSpec {
  return { name: 'rows', columns };
}

export async function ingestWith(
  store: ArtifactStore,
  config: IngestConfig,
  overrides: Partial<StepContext> = {},
): Promise<DatasetRef> {
  return ingest({ config, inputs: {}, arguments: {} }, createTestContext(store, { step: 'ingest', ...overrides }));
}

/** A dataset from the rows of a query. */
export async function datasetOf(store: ArtifactStore, query: string, schema: SchemaSpec): Promise<DatasetRef> {
  return ingestWith(store, { source: { format: 'parquet', path: await sourceFile(query) }, schema });
}

/** The coded error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<PipelineError> {
  try {
    await promise;
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

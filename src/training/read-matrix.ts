import type { FeatureMeta } from '../contracts/stages/feature.js';
import type { DuckDb } from '../data/duckdb.js';
import { countRows, readDoubleColumns, readNumericColumns } from '../data/read-columns.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { trainedRows } from './held-out.js';
import { samplePositions } from './sample-positions.js';
import { sharedFloats } from './gbdt/shared-training.js';
import type { RowsWanted, TrainingRows } from './trainer-kind.js';

/** Values read at once: bounds the memory that is held twice. */
const VALUES_AT_ONCE = 16 * 1024 ** 2;
const LEAST_COLUMNS = 8;
/** What one statement plans in time that grows with the columns. */
const MOST_COLUMNS = 256;
/** The same rows whatever the seed of the training: trials of a tuning are compared on the same ones. */
const SAMPLE_SEED = 2;

type Wanted = Pick<FeatureMeta, 'task' | 'featureNames'>;

/**
 * Reads the training rows of a feature set, which lie in time order, into shared memory: 4 bytes a value, NaN = missing. With `maxRows` at
 * most so many of them, drawn evenly over time.
 * Errors: TRAINING_NO_ROWS for fewer than `leastRows`, TRAINING_SINGLE_CLASS, TRAINING_NOT_FINITE for labels.
 */
export async function readMatrix(
  db: DuckDb,
  path: string | readonly string[],
  meta: Wanted,
  { maxRows, holdOut = false, leastRows = 2 }: RowsWanted,
): Promise<TrainingRows> {
  const names = meta.featureNames;
  const all = await db.use((connection) => countRows(connection, path));
  const positions = samplePositions(all, maxRows ?? all, SAMPLE_SEED);
  const rows = positions.length;
  const some = rows === all ? undefined : positions;
  const trainedBefore = trainedRows(all, holdOut);
  const trainRows = positions.filter((position) => position < trainedBefore).length;
  const labels = sharedFloats(rows);
  const read = await db.use((connection) => readDoubleColumns(connection, path, ['__label'], some));
  labels.set(read.columns.get('__label') ?? []);
  checkLabels(labels.subarray(0, trainRows), meta.task, leastRows);
  const values = sharedFloats(rows * names.length);
  const atOnce = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Math.floor(VALUES_AT_ONCE / rows)));
  for (let first = 0; first < names.length; first += atOnce) {
    const block = names.slice(first, first + atOnce);
    const { columns } = await db.use((connection) => readNumericColumns(connection, path, block, some));
    for (const [at, name] of block.entries()) values.set(columns.get(name) ?? [], (first + at) * rows);
  }
  return { rows, trainRows, features: names.length, values, labels };
}

/** Binary labels are 0 or 1 and both occur; regression labels are finite float32 numbers with more than one value. */
export function checkLabels(labels: Float32Array, task: FeatureMeta['task'], leastRows: number): void {
  if (labels.length < leastRows) {
    throw new PipelineError('TRAINING_NO_ROWS', {
      what: 'there are too few training rows',
      expected: `at least ${String(leastRows)} rows`,
      received: String(labels.length),
    });
  }
  const binary = task === 'binary';
  const wrong = labels.findIndex((label) => (binary ? label !== 0 && label !== 1 : !Number.isFinite(label)));
  if (wrong >= 0) {
    throw new PipelineError('TRAINING_NOT_FINITE', {
      what: `the label of training row ${String(wrong)} cannot be learned`,
      expected: binary ? '0 or 1' : 'a finite float32 number',
      received: String(labels[wrong]),
    });
  }
  const [first = 0] = labels;
  if (labels.some((label) => label !== first)) return;
  throw new PipelineError('TRAINING_SINGLE_CLASS', {
    what: `all ${String(labels.length)} training rows have the label ${String(first)}`,
    expected: 'at least two different labels',
  });
}

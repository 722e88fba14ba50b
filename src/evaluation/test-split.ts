import type { FeatureResult } from '../contracts/stages/feature.js';
import type { DuckDb } from '../data/duckdb.js';
import { readDoubleColumns } from '../data/read-columns.js';
import { identifier, literal } from '../contracts/sql-text.js';
import { parquetRelation } from '../data/file-list.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { SliceColumn } from './comparison/comparison.js';

/** Slices of one column at most: its most frequent values. */
const MAX_SLICES = 40;

/** Labels of the test split in row order. EVALUATION_SPLIT_EMPTY, EVALUATION_LABEL_INVALID. */
export async function readLabels(db: DuckDb, path: string, features: FeatureResult): Promise<Float64Array> {
  const { columns } = await db.use((connection) => readDoubleColumns(connection, path, ['__label']));
  const labels = columns.get('__label') ?? new Float64Array();
  if (labels.length === 0)
    throw new PipelineError('EVALUATION_SPLIT_EMPTY', { what: 'there are no test rows', where: `feature-set/${features.id}` });
  const binary = features.meta.task === 'binary';
  const first = labels.findIndex((label) => (binary ? label !== 0 && label !== 1 : !Number.isFinite(label)));
  if (first === -1) return labels;
  throw new PipelineError('EVALUATION_LABEL_INVALID', {
    what: `the label of test row ${first} is not usable`,
    where: `feature-set/${features.id}, label ${features.meta.labelSql}`,
    expected: binary ? '0 or 1' : 'a finite number',
    received: String(labels[first] ?? NaN),
  });
}

/** EVALUATION_SLICE_UNKNOWN names every column that the feature set does not have. */
export function checkSlices(columns: readonly string[], features: FeatureResult): void {
  const known = features.meta.schema.columns.map(({ name }) => name);
  const unknown = columns.filter((column) => !known.includes(column));
  if (unknown.length === 0) return;
  throw new PipelineError('EVALUATION_SLICE_UNKNOWN', {
    what: 'a slice column does not exist',
    expected: known.join(', '),
    received: unknown.join(', '),
  });
}

/** Codes the rows by the values of a raw column that have at least `minRows` rows, the most frequent 40 first. */
export async function readSlice(db: DuckDb, path: string, column: string, minRows: number): Promise<SliceColumn> {
  const relation = parquetRelation([path]);
  const value = `${identifier(`raw_${column}`)}::VARCHAR`;
  const frequent = await db.query(
    `SELECT ${value} AS value FROM ${relation} WHERE ${value} IS NOT NULL GROUP BY 1
     HAVING count(*) >= ${minRows} ORDER BY count(*) DESC, 1 LIMIT ${MAX_SLICES}`,
  );
  const values = frequent.map((row) => String(row['value']));
  const codes = await db.use(async (connection) => {
    const list = `[${values.map(literal).join(', ')}]::VARCHAR[]`;
    const reader = await connection.runAndReadAll(
      `SELECT coalesce(list_position(${list}, ${value}), 0)::USMALLINT FROM ${relation}`,
    );
    return Uint16Array.from(reader.getColumns()[0] ?? [], Number);
  });
  return { column, values, codes };
}

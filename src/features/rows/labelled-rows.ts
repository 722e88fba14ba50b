import type { LabelSpec } from '../../contracts/stages/feature.js';
import type { DatasetMeta } from '../../contracts/dataset.js';
import type { DuckDb } from '../../data/duckdb.js';
import { identifier } from '../../contracts/sql-text.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import { someOf } from '../../errors/some-of.js';

export interface LabelledRows {
  readonly table: string;
  /** Rows whose label or event time is null, left out. */
  readonly leftOut: number;
}

/**
 * Loads a dataset with its label as `__label` DOUBLE into a table, in the dataset's order, which is that of event time; `rowid` is the
 * row's position. Rows whose label or event time is null are left out. FEATURE_LABEL_INVALID: see `checkLabels`.
 */
export async function loadLabelledRows(
  db: DuckDb,
  relation: string,
  meta: DatasetMeta,
  label: LabelSpec,
  eventTime: string,
): Promise<LabelledRows> {
  const table = 'labelled';
  const columns = meta.schema.columns.map((column) => identifier(column.name)).join(', ');
  try {
    // Hand-written SQL reads the columns that were put in, and no other: one of the label's own would be free to become a feature.
    if (label.columns !== undefined)
      await db.query(`SELECT (${label.sql}\n)::DOUBLE FROM (SELECT ${namesOf(label.columns)} FROM ${relation}) LIMIT 0`);
    await db.run(
      `CREATE TABLE ${table} AS SELECT * FROM (SELECT ${columns}, (${label.sql}\n)::DOUBLE AS __label FROM ${relation})
       WHERE __label IS NOT NULL AND ${identifier(eventTime)} IS NOT NULL`,
    );
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
    throw new PipelineError('FEATURE_LABEL_INVALID', {
      what: `the label does not evaluate: ${error.parts.what}`,
      where: `label ${label.sql}`,
      expected: `SQL over the columns ${someOf(label.columns ?? meta.schema.columns.map((column) => column.name))}`,
      cause: error,
    });
  }
  const [counted] = await db.query(`SELECT count(*) AS rows FROM ${table}`);
  return { table, leftOut: meta.rows - Number(counted?.['rows'] ?? 0) };
}

const namesOf = (columns: readonly string[]): string => columns.map(identifier).join(', ');

/** FEATURE_LABEL_INVALID: no labelled row; for a binary task a value other than 0 and 1, or one class; for a regression a value that is not finite. */
export async function checkLabels(db: DuckDb, relation: string, label: LabelSpec): Promise<void> {
  const wrong = label.task === 'binary' ? '__label NOT IN (0, 1)' : 'NOT isfinite(__label)';
  const [row] = await db.query(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE ${wrong}) AS wrong, min(__label::VARCHAR) FILTER (WHERE ${wrong}) AS example,
     count(DISTINCT __label) AS distinct_labels, any_value(__label)::VARCHAR AS one FROM ${relation}`,
  );
  const rows = Number(row?.['rows'] ?? 0);
  const wrongRows = Number(row?.['wrong'] ?? 0);
  const refuse = (what: string, expected: string, received: string): PipelineError =>
    new PipelineError('FEATURE_LABEL_INVALID', { what, where: `label ${label.sql}`, expected, received });
  if (rows === 0) throw refuse('every label is null', 'rows with a label', 'none');
  if (wrongRows > 0) {
    const expected = label.task === 'binary' ? '0, 1 or null' : 'a finite number or null';
    throw refuse('label values do not fit the task', expected, `${String(wrongRows)} others such as ${String(row?.['example'])}`);
  }
  if (label.task === 'binary' && row?.['distinct_labels'] === 1) {
    throw refuse('the training rows have one class only', 'both 0 and 1', `${String(rows)} times ${String(row['one'])}`);
  }
}

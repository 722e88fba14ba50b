import { epochMsSql } from '../contracts/epoch-ms.js';
import type { Task } from '../contracts/stages/feature.js';
import type { DuckDb } from '../data/duckdb.js';
import { isoInstant, timestampLiteral } from '../data/event-time.js';
import { identifier } from '../contracts/sql-text.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { addTurns } from './row-turns.js';

/**
 * A relation of some columns, in SQL, and of the position of each row as `__row`; all columns when none is named, which is slow to plan for
 * thousands of them.
 */
export type RowsOf = (columns?: readonly string[]) => string;

/** Train is [trainFromMs, testFromMs), test is [testFromMs, testToMs], in ms since 1970; the bounds of test are those of its rows. */
export interface TimeSplit {
  readonly trainFromMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
  readonly trainRows: number;
  readonly testRows: number;
  /** The labelled rows of a side, as a relation; with `__turn` (see `addTurns`). */
  readonly train: RowsOf;
  /** Null when no row is held out. */
  readonly test: RowsOf | null;
}

/** The labelled rows that are split. */
export interface SplitRows {
  readonly table: string;
  readonly eventTime: string;
  readonly task: Task;
}

/**
 * Cuts rows by event time: those less than `testMs` before the newest row are the test split, so that 365 days of daily rows are 365 rows.
 * FEATURE_SPLIT_INVALID when a side is empty.
 */
export async function splitByTime(db: DuckDb, { table, eventTime, task }: SplitRows, testMs: number): Promise<TimeSplit> {
  const time = identifier(eventTime);
  const [range] = await db.query(
    `SELECT ${epochMsSql(`min(${time})`)} AS from_ms, ${epochMsSql(`max(${time})`)} AS to_ms FROM ${table}`,
  );
  const trainFromMs = Number(range?.['from_ms']);
  const testToMs = Number(range?.['to_ms']);
  const cut = timestampLiteral(testToMs - testMs);
  await addTurns(db, table, task, `${time} <= ${cut}`);
  const part =
    (comparison: '<=' | '>'): RowsOf =>
    (columns) =>
      rowsOf(table, columns, `WHERE ${time} ${comparison} ${cut}`);
  const train = part('<=');
  const test = part('>');
  const [counted] =
    await db.query(`SELECT (SELECT count(*) FROM ${train([time])}) AS train, (SELECT count(*) FROM ${test([time])}) AS test,
     (SELECT ${epochMsSql(`min(${time})`)} FROM ${test([time])}) AS test_from`);
  const trainRows = Number(counted?.['train'] ?? 0);
  const testRows = Number(counted?.['test'] ?? 0);
  const testFromMs = Number(counted?.['test_from']);
  if (trainRows === 0 || testRows === 0) {
    throw new PipelineError('FEATURE_SPLIT_INVALID', {
      what: `the ${trainRows === 0 ? 'train' : 'test'} split is empty`,
      expected: 'rows on both sides',
      received: `a test length of ${String(testMs)} ms over rows from ${isoInstant(trainFromMs)} to ${isoInstant(testToMs)}`,
    });
  }
  return { trainFromMs, testFromMs, testToMs, trainRows, testRows, train, test };
}

/** The rows of the table of labelled rows. */
export function rowsOf(table: string, columns: readonly string[] = ['*'], where = ''): string {
  const named = new Set(columns.filter((column) => column !== '__row'));
  return `(SELECT ${[...named, 'rowid AS __row'].join(', ')} FROM ${table} ${where})`;
}

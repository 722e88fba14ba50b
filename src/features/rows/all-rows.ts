import { epochMsSql } from '../../contracts/epoch-ms.js';
import type { DuckDb } from '../../data/duckdb.js';
import { identifier } from '../../contracts/sql-text.js';
import { addTurns } from './row-turns.js';
import type { RowSplit, SplitRows } from './split-rows.js';
import { rowsOf } from './split-rows.js';

/** Every labelled row trains and none is held out: the split of a refit. */
export async function allRows(db: DuckDb, { table, eventTime, task }: SplitRows): Promise<RowSplit> {
  await addTurns(db, table, task, 'true');
  const time = identifier(eventTime);
  const [range] = await db.query(
    `SELECT ${epochMsSql(`min(${time})`)} AS from_ms, ${epochMsSql(`max(${time})`)} AS to_ms, count(*) AS rows FROM ${table}`,
  );
  const testToMs = Number(range?.['to_ms']);
  return {
    trainFromMs: Number(range?.['from_ms']),
    trainToMs: testToMs,
    testFromMs: testToMs,
    testToMs,
    trainRows: Number(range?.['rows']),
    testRows: 0,
    train: (columns) => rowsOf(table, columns),
    test: null,
  };
}

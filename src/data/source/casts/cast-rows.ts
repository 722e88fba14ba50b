import { COLUMNS_AT_ONCE, inBlocks } from '../../column-blocks.js';
import type { DuckDb } from '../../duckdb.js';
import { identifier } from '../../../contracts/sql-text.js';
import type { ColumnCast, PlannedGroup } from './column-casts.js';
import { sortBlocks, type ColumnBlock } from './sort-blocks.js';

/**
 * Writes the rows of all groups, in the schema's columns and types and ordered by `order`, into a table.
 * @param rowsOf - SQL that is true for the rows of a group that count.
 * @param order - names of columns.
 */
export async function castRows(
  db: DuckDb,
  table: string,
  planned: readonly PlannedGroup[],
  rowsOf: (planned: PlannedGroup) => string,
  order: readonly string[],
): Promise<void> {
  const parts = planned.map((part) => ({ relation: part.group.relation, rows: rowsOf(part), blocks: inBlocks(part.casts) }));
  const selects = (block: number): string[] =>
    parts.map(({ relation, rows, blocks }) => castSelect(relation, rows, blocks[block] ?? []));
  const blocks = parts[0]?.blocks ?? [];
  if (blocks.length <= 1) {
    const by = order.map(identifier).join(', ');
    await db.run(`CREATE TABLE ${table} AS SELECT * FROM (${selects(0).join('\nUNION ALL ')}) ORDER BY ${by}`);
    return;
  }
  const cast: ColumnBlock[] = [];
  for (const [block, casts] of blocks.entries()) {
    const name = `${table}_${String(block)}`;
    // One group after the other, so that the rows of each block lie in one order.
    const [first = '', ...others] = selects(block);
    await db.run(`CREATE TABLE ${name} AS ${first}`);
    for (const other of others) await db.run(`INSERT INTO ${name} ${other}`);
    cast.push({ table: name, columns: casts.map(({ column }) => column.name) });
  }
  await sortBlocks(db, table, cast, order);
}

function castSelect(relation: string, rows: string, casts: readonly ColumnCast[]): string {
  const each = (sql: (position: string, cast: ColumnCast) => string): string =>
    casts.map((cast, position) => sql(String(position), cast)).join(', ');
  const fields = `SELECT ${each((n, { field }) => `${field} AS f${n}`)} FROM ${relation} WHERE ${rows}`;
  const reads = `SELECT ${each((n, { read }) => `${read(`f${n}`)} AS r${n}`)} FROM (${fields})`;
  return `SELECT ${each((n, { value, column }) => `${value(`r${n}`)} AS ${identifier(column.name)}`)} FROM (${reads})`;
}

/**
 * Reads files of more columns than one statement casts into the engine, once, so that they are not read again for each block. Groups of fewer
 * stay as they are.
 * @param rowsOf - SQL that is true for the rows of a group that any later statement asks for.
 */
export async function readWideOnce(
  db: DuckDb,
  planned: readonly PlannedGroup[],
  table: string,
  rowsOf: (planned: PlannedGroup) => string,
): Promise<readonly PlannedGroup[]> {
  const read: PlannedGroup[] = [];
  for (const [position, part] of planned.entries()) {
    const { group, casts } = part;
    const relation = `${table}_${String(position)}`;
    if (casts.length > COLUMNS_AT_ONCE) {
      const needed = new Set(casts.map(({ from }) => from));
      await db.run(`CREATE TABLE ${relation} AS SELECT ${[...needed].join(', ')} FROM ${group.relation} WHERE ${rowsOf(part)}`);
    }
    read.push(casts.length > COLUMNS_AT_ONCE ? { group: { ...group, relation }, casts } : part);
  }
  return read;
}

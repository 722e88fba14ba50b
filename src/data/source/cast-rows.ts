import { COLUMNS_AT_ONCE, inBlocks } from '../column-blocks.js';
import type { DuckDb } from '../duckdb.js';
import { identifier } from '../sql-text.js';
import type { ColumnCast, PlannedGroup } from './column-casts.js';

/**
 * Writes the rows of all groups, in the schema's columns and types and ordered by `order`, into a table.
 * @param rowsOf - SQL that is true for the rows of a group that count.
 */
export async function castRows(
  db: DuckDb,
  table: string,
  planned: readonly PlannedGroup[],
  rowsOf: (planned: PlannedGroup) => string,
  order: readonly string[],
): Promise<void> {
  const parts = planned.map((part) => ({
    rows: `(SELECT * FROM ${part.group.relation} WHERE ${rowsOf(part)})`,
    blocks: inBlocks(part.casts),
  }));
  const selects = (block: number): string[] => parts.map(({ rows, blocks }) => castSelect(rows, blocks[block] ?? []));
  const sorted = (rows: string): string => `CREATE TABLE ${table} AS SELECT * FROM ${rows} ORDER BY ${order.join(', ')}`;
  const blocks = parts[0]?.blocks.length ?? 0;
  if (blocks <= 1) {
    await db.run(sorted(`(${selects(0).join('\nUNION ALL ')})`));
    return;
  }
  const names = Array.from({ length: blocks }, (_, block) => `${table}_${String(block)}`);
  for (const [block, name] of names.entries()) {
    // One group after the other, so that the rows of each block lie in one order.
    const [first = '', ...others] = selects(block);
    await db.run(`CREATE TABLE ${name} AS ${first}`);
    for (const other of others) await db.run(`INSERT INTO ${name} ${other}`);
  }
  await db.run(sorted(`(SELECT * FROM ${names.join(' POSITIONAL JOIN ')})`));
  for (const name of names) await db.run(`DROP TABLE ${name}`);
}

function castSelect(rows: string, casts: readonly ColumnCast[]): string {
  const each = (sql: (position: string, cast: ColumnCast) => string): string =>
    casts.map((cast, position) => sql(String(position), cast)).join(', ');
  const fields = `SELECT ${each((n, { field }) => `${field} AS f${n}`)} FROM ${rows}`;
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

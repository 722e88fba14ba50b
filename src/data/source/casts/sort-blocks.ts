import type { DuckDb } from '../../duckdb.js';
import { identifier } from '../../../contracts/sql-text.js';

/** Some of the columns of a table, as a table of their own. */
export interface ColumnBlock {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Joins blocks, whose rows lie in one order, into a table that is ordered by the named columns; the blocks are gone then. A sort over thousands
 * of keys compares them all: here rows get their place by the first keys, and further ones are only asked while rows share a place.
 */
export async function sortBlocks(
  db: DuckDb,
  table: string,
  blocks: readonly ColumnBlock[],
  order: readonly string[],
): Promise<void> {
  const places = `${table}_places`;
  await placeRows(db, places, blocks, order);
  const sorted: string[] = [];
  for (const { table: block } of blocks) {
    const name = `${block}_sorted`;
    await db.run(`CREATE TABLE ${name} AS SELECT b.* FROM ${block} b POSITIONAL JOIN ${places} p ORDER BY p.place`);
    await db.run(`DROP TABLE ${block}`);
    sorted.push(name);
  }
  await db.run(`CREATE TABLE ${table} AS SELECT * FROM ${sorted.join(' POSITIONAL JOIN ')}`);
  for (const name of [...sorted, places]) await db.run(`DROP TABLE ${name}`);
}

/** A table with the `place` of each row; rows that are equal in all the keys share one. */
async function placeRows(db: DuckDb, places: string, blocks: readonly ColumnBlock[], order: readonly string[]): Promise<void> {
  const [first, ...others] = keysByBlock(blocks, order);
  if (first === undefined) return;
  await db.run(`CREATE TABLE ${places} AS ${placed(`${first.table} b`, first.keys)}`);
  for (const { table, keys } of others) {
    const [row] = await db.query(`SELECT max(place) = count(*) AS apart FROM ${places}`);
    if (row?.['apart'] !== false) return;
    const next = `${places}_next`;
    await db.run(`CREATE TABLE ${next} AS ${placed(`${table} b POSITIONAL JOIN ${places} p`, ['p.place', ...keys])}`);
    await db.run(`DROP TABLE ${places}`);
    await db.run(`ALTER TABLE ${next} RENAME TO ${places}`);
  }
}

/** The place of each row of a block, in the order of its rows. */
function placed(relation: string, keys: readonly string[]): string {
  const place = `dense_rank() OVER (ORDER BY ${keys.join(', ')}) AS place`;
  return `SELECT place FROM (SELECT b.rowid AS position, ${place} FROM ${relation}) ORDER BY position`;
}

/** The keys in their order, as far as they lie in one block together. */
function keysByBlock(
  blocks: readonly ColumnBlock[],
  order: readonly string[],
): readonly { readonly table: string; readonly keys: readonly string[] }[] {
  const tableOf = new Map(blocks.flatMap(({ table, columns }) => columns.map((column) => [column, table] as const)));
  const grouped: { readonly table: string; readonly keys: string[] }[] = [];
  for (const column of order) {
    const table = tableOf.get(column);
    if (table === undefined) continue;
    const last = grouped.at(-1);
    if (last?.table === table) last.keys.push(`b.${identifier(column)}`);
    else grouped.push({ table, keys: [`b.${identifier(column)}`] });
  }
  return grouped;
}

import type { DuckDb } from './duckdb.js';

/**
 * Columns that one statement computes: the engine keeps a vector for each part of each expression, and its planner takes longer than in
 * proportion to them.
 */
export const COLUMNS_AT_ONCE = 64;

/** The items, in their order, in parts of at most `size`. */
export function inBlocks<Item>(items: readonly Item[], size: number = COLUMNS_AT_ONCE): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, block) => items.slice(block * size, (block + 1) * size));
}

/**
 * Does `work` for the items in parts, each with a relation that has the columns of its items. More items than one statement takes get a table of
 * the engine for each part, so that no statement is over thousands of columns; fewer get the relation itself.
 * @param relation - a function gives one of some columns, for a relation that is slow to plan whole.
 * @param columnsOf - the columns that an item needs, in SQL.
 */
export async function forBlocks<Item>(
  db: DuckDb,
  relation: string | ((columns?: readonly string[]) => string),
  items: readonly Item[],
  columnsOf: (item: Item) => readonly string[],
  work: (relation: string, items: readonly Item[], first: number) => Promise<void>,
): Promise<void> {
  if (items.length <= COLUMNS_AT_ONCE) {
    await work(typeof relation === 'string' ? relation : relation(), items, 0);
    return;
  }
  for (const [block, some] of inBlocks(items).entries()) {
    const columns = new Set(some.flatMap(columnsOf));
    const selected = columns.size === 0 ? ['1 AS nothing'] : [...columns];
    const rows = typeof relation === 'string' ? relation : relation(selected);
    await db.run(`CREATE OR REPLACE TEMP TABLE column_block AS SELECT ${selected.join(', ')} FROM ${rows}`);
    await work('column_block', some, block * COLUMNS_AT_ONCE);
  }
  await db.run('DROP TABLE column_block');
}

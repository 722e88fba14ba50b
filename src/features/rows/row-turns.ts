import type { Task } from '../../contracts/stages/feature.js';
import type { DuckDb } from '../../data/duckdb.js';

/**
 * Gives each row of a table a number `__turn`, from 0: its place among the training rows in an order that a hash of its position makes, for a
 * binary task among those of its label. So `__turn % n` divides the training rows at random into n parts of equal size and equal shares of
 * the labels. In the order of time instead, rows of one key would be likelier to part when their labels are equal, which tells the label.
 * @param isTrain - SQL, whether a row is one of them; the others are numbered apart.
 */
export async function addTurns(db: DuckDb, table: string, task: Task, isTrain: string): Promise<void> {
  const alike = task === 'binary' ? [`(${isTrain})`, '__label'] : [`(${isTrain})`];
  const turn = `row_number() OVER (PARTITION BY ${alike.join(', ')} ORDER BY ${mixed('rowid')}) - 1`;
  // A column of its own, put beside the others: sorting whole rows costs several times as much.
  await db.run(
    `CREATE TABLE turns AS SELECT __turn FROM (SELECT rowid AS __row, ${turn} AS __turn FROM ${table}) ORDER BY __row`,
  );
  await db.run(`CREATE TABLE with_turns AS SELECT r.*, t.__turn FROM ${table} r POSITIONAL JOIN turns t`);
  for (const old of ['turns', table]) await db.run(`DROP TABLE ${old}`);
  await db.run(`ALTER TABLE with_turns RENAME TO ${table}`);
}

/** 32 well-mixed bits of a number below 2^32, no two alike, the same in every version of the engine. Source: `lowbias32` of C. Wellons, without the last shift. */
function mixed(value: string): string {
  const times = (bits: string, shift: number, factor: number): string =>
    `(xor(${bits}, ${bits} >> ${String(shift)}) * ${String(factor)}::UBIGINT % 4294967296::UBIGINT)`;
  const once = times(`${value}::UBIGINT`, 16, 0x7feb352d);
  return times(once, 15, 0x846ca68b);
}

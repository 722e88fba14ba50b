import os from 'node:os';
import type { ColumnSpec, ColumnType, DatasetMeta } from '../../contracts/dataset.js';
import { type DuckDb, withDuckDb } from '../../data/duckdb.js';
import { addTurns } from '../../features/rows/row-turns.js';
import type { ColumnNeed } from '../../pipeline/lint/column-use.js';
import { TYPES_THAT_MEET } from '../../pipeline/lint/column-use.js';

/** A column of each type, two where a kind may take several; the names need quotes. Only numbers and texts may be missing, as in what a model is asked. */
export const SAMPLE_COLUMNS: readonly ColumnSpec[] = [
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'a "float"', type: 'float', nullable: true },
  { name: "another's float", type: 'float', nullable: true },
  { name: 'an integer', type: 'integer', nullable: true },
  { name: 'a boolean', type: 'boolean', nullable: false },
  { name: 'a category', type: 'category', nullable: true },
  { name: 'another category', type: 'category', nullable: true },
  { name: 'a text', type: 'text', nullable: true },
];

export const SAMPLE_META: DatasetMeta = {
  schema: { name: 'sample', columns: SAMPLE_COLUMNS },
  ...{ schemaHash: '', rows: 0, from: null, to: '2021-01-01', parts: [] },
};

/** Columns of each type that meets the need. */
export function columnsThatMeet(need: ColumnNeed): readonly (readonly ColumnSpec[])[] {
  const types: readonly ColumnType[] = TYPES_THAT_MEET[need];
  return types.map((type) => SAMPLE_COLUMNS.filter((column) => column.type === type));
}

export const SAMPLE_SEEDS = [1, 2];

/** Numbers of 0 to 1, the same for a seed. */
const dice = (seed: number, salt: string): string => `((hash(range, ${seed}, '${salt}') % 1000003) / 1000003.0)`;
const missing = (seed: number, salt: string, value: string): string =>
  `CASE WHEN ${dice(seed, `${salt} is there`)} > 0.1 THEN ${value} END`;
const float = (seed: number, salt: string): string =>
  missing(seed, salt, `(${dice(seed, salt)} - 0.3)::DOUBLE * power(10, (hash(range, '${salt}') % 9)::INTEGER - 3)`);
const word = (seed: number, salt: string): string => missing(seed, salt, `'it''s ' || floor(60 * ${dice(seed, salt)})::INTEGER`);

/**
 * Works on a table `sample` of some rows at random, with a label `__label` of 0 or 1; times begin before 1970. For equal input the same rows.
 * @param kept - SQL, which of them; for instance those whose values are missing.
 */
export async function onSampleRows<Result>(
  seed: number,
  work: (db: DuckDb) => Promise<Result>,
  { rows = 400, order = 'range' }: { readonly rows?: number; readonly order?: string } = {},
): Promise<Result> {
  return withDuckDb({ scratch: os.tmpdir(), threads: 1 }, async (db) => {
    await db.run(
      `CREATE TABLE sample AS SELECT TIMESTAMP '1969-06-01' + to_milliseconds(range * 98765432 + (hash(range, ${seed}) % 9999)::BIGINT) AS at,
       ${float(seed, 'a')} AS "a ""float""", ${float(seed, 'b')} AS "another's float",
       ${missing(seed, 'c', `floor(1000 * (${dice(seed, 'c')} - 0.5))::BIGINT`)} AS "an integer", ${dice(seed, 'd')} > 0.5 AS "a boolean",
       ${word(seed, 'e')} AS "a category", ${word(seed, 'f')} AS "another category", ${word(seed, 'g')} AS "a text",
       (${dice(seed, 'label')} > 0.6)::DOUBLE AS __label FROM range(${rows}) ORDER BY ${order}`,
    );
    return work(db);
  });
}

/** The table `sample` with what an encoding needs of its rows. */
export const withTurns = (db: DuckDb): Promise<void> => addTurns(db, 'sample', 'binary', 'true');

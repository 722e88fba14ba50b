import { aKind, anObject, listOf } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { JsonObject } from '../../contracts/json.js';
import { identifier } from '../../contracts/sql-text.js';
import type { SqlRow } from '../../data/duckdb.js';
import type { SplitKind } from '../../features/split-definition.js';
import { splitRows } from '../../features/rows/split-rows.js';
import { withDefaults } from '../../kinds/options-of.js';
import type { ContractCase } from './contract-case.js';
import { columnsThatMeet, onSampleRows, SAMPLE_COLUMNS, SAMPLE_SEEDS } from './sample-rows.js';

interface Sides {
  readonly train: readonly SqlRow[];
  readonly test: readonly SqlRow[];
}

/**
 * What `p.feature` counts on in a split, for any test framework: 400 rows of about 450 days, each with a category of some sixty, are parted.
 * @param options - as the plan has them, each set one way to use it.
 */
export function splitContract(
  made: { readonly kind: SplitKind },
  ...options: readonly { readonly [name: string]: unknown }[]
): readonly ContractCase[] {
  checkCall('splitContract', { constructor: made, options }, { constructor: aKind, options: listOf(anObject) });
  const { kind } = made;
  const columns = kind.column === null ? [null] : columnsThatMeet(kind.column).flatMap((some) => some.slice(0, 1));
  const specs = (options as readonly JsonObject[]).flatMap((given) =>
    columns.map((column) => ({
      ...{ by: kind.name, ...(column === null ? {} : { column: column.name }) },
      ...(withDefaults(kind.options, given) as JsonObject),
    })),
  );
  const each = async (work: (spec: (typeof specs)[number], seed: number) => Promise<void>): Promise<void> => {
    for (const seed of SAMPLE_SEEDS) for (const spec of specs) await work(spec, seed);
  };
  return [
    {
      title: `${kind.name} gives rows to both sides, and none to both at once`,
      run: () =>
        each(async (spec, seed) => {
          const { train, test } = await sidesOf(spec, seed);
          const told = new Set(train.map((row) => row['ms']));
          assert.ok(train.length > 0 && test.length > 0, `${train.length} and ${test.length} rows`);
          assert.deepEqual(
            test.filter((row) => told.has(row['ms'] ?? null)),
            [],
          );
        }),
    },
    {
      title: `${kind.name} gives the same rows to each side again, in whatever order they are stored`,
      run: () =>
        each(async (spec, seed) => {
          assert.deepEqual(await sidesOf(spec, seed, 'range DESC'), await sidesOf(spec, seed));
        }),
    },
  ];
}

function sidesOf(spec: JsonObject & { readonly by: string }, seed: number, order = 'range'): Promise<Sides> {
  return onSampleRows(
    seed,
    async (db) => {
      const rows = { table: 'sample', eventTime: 'at', task: 'binary', columns: SAMPLE_COLUMNS } as const;
      const { train, test } = await splitRows(db, rows, spec);
      const read = (relation: string): Promise<readonly SqlRow[]> =>
        db.query(`SELECT epoch_ms(${identifier('at')})::DOUBLE AS ms FROM ${relation} ORDER BY ms`);
      return { train: await read(train()), test: test === null ? [] : await read(test()) };
    },
    { order },
  );
}

import { aKind, anObject, listOf } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { CheckOutcome, CheckSpec } from '../../contracts/stages/validate.js';
import type { ColumnSpec } from '../../contracts/dataset.js';
import type { JsonObject } from '../../contracts/json.js';
import { withDefaults } from '../../kinds/options-of.js';
import type { CheckKind } from '../../validation/check-definition.js';
import { compileChecks } from '../../validation/compile-checks.js';
import { runChecks } from '../../validation/run-checks.js';
import type { ContractCase } from './contract-case.js';
import { columnsThatMeet, onSampleRows, SAMPLE_META, SAMPLE_SEEDS } from './sample-rows.js';

/**
 * What `p.validate` counts on in a check, for any test framework. @param options - as the plan has them, each set one way to use it; `{}` for a check
 * without options. Columns of types that the check refuses with such options are left out.
 */
export function checkContract(
  made: { readonly kind: CheckKind },
  ...options: readonly { readonly [name: string]: unknown }[]
): readonly ContractCase[] {
  checkCall('checkContract', { constructor: made, options }, { constructor: aKind, options: listOf(anObject) });
  const { kind } = made;
  const given = (options as readonly JsonObject[]).map((values) => withDefaults(kind.options, values) as JsonObject);
  const specs = given.flatMap((values) =>
    columnsOf(kind, values).map((column, position): CheckSpec => ({
      ...{ check: kind.name, id: `${kind.name}-${position}-${JSON.stringify(values)}`, severity: 'info', arguments: values },
      ...(column === null ? {} : { column: column.name }),
    })),
  );
  const outcomes = (some: readonly CheckSpec[], seed: number, rows?: number): Promise<readonly CheckOutcome[]> =>
    onSampleRows(
      seed,
      async (db) => {
        const judged = await runChecks(db, 'sample', SAMPLE_META, compileChecks(some, SAMPLE_META));
        const own = judged.filter(({ check }) => check === kind.name).slice(0, some.length);
        for (const { id, error } of own) assert.equal(error, undefined, `${id} cannot be evaluated: ${error?.message ?? ''}`);
        return own;
      },
      rows === undefined ? {} : { rows },
    );
  return [
    {
      title: `${kind.name} takes each of these options with a column at least`,
      run: () => {
        for (const values of given)
          assert.ok(columnsOf(kind, values).length > 0, `no column goes with ${JSON.stringify(values)}`);
      },
    },
    {
      title: `${kind.name} judges rows with missing values, whatever the column is called, and counts no more rows than there are`,
      run: async () => {
        for (const seed of SAMPLE_SEEDS) {
          const judged = await outcomes(specs, seed, 200);
          assert.equal(judged.length, specs.length, 'the rows are not of the types that their schema declares');
          for (const { failingRows, id } of judged) assert.ok(failingRows <= 200, `${id}: ${failingRows} of 200 rows fail`);
        }
      },
    },
    {
      title: `${kind.name} judges the same rows the same again`,
      run: async () => {
        assert.deepEqual(await outcomes(specs, 1), await outcomes(specs, 1));
      },
    },
    {
      title: `${kind.name} judges a data set without rows`,
      run: async () => {
        assert.equal((await outcomes(specs, 1, 0)).length, specs.length);
      },
    },
    {
      title: `${kind.name} passes when no row needs to`,
      run: async () => {
        if (kind.rule === undefined) return;
        const lenient = specs.map((spec) => ({ ...spec, mostly: 0 }));
        for (const { passed, id } of await outcomes(lenient, 2)) assert.equal(passed, true, id);
      },
    },
  ];
}

function columnsOf(kind: CheckKind, options: JsonObject): readonly (ColumnSpec | null)[] {
  const { column: need, problems } = kind;
  const columns: readonly (ColumnSpec | null)[] =
    need === null || need === 'event time' ? [null] : columnsThatMeet(need).flatMap((some) => some.slice(0, 1));
  return columns.filter((column) => (problems?.({ options, column }) ?? []).length === 0);
}

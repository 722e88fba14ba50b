import { aKind, anObject } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { JsonPrimitive } from '../../contracts/json.js';
import type { DriftConstructor } from '../../monitoring/drift-kind.js';
import type { CategoryProfile } from '../../profiles/category-profile.js';
import { profileValues } from '../../profiles/profile-values.js';
import type { ColumnProfile } from '../../profiles/profile.js';
import type { ContractCase } from './contract-case.js';

const categories = (counts: { readonly [category: string]: number }, nulls = 0): CategoryProfile => ({
  type: 'category',
  of: 'value',
  count: Object.values(counts).reduce((sum, rows) => sum + rows, 0),
  nulls,
  categories: Object.keys(counts),
  counts: Object.values(counts),
  other: 0,
});
const numbers = (values: readonly number[], nulls = 0): ColumnProfile => ({ ...profileValues(Float64Array.from(values)), nulls });

/** Two profiles of one column, the first of which is near the reference and the second far. */
type Trial = { readonly reference: ColumnProfile; readonly near: ColumnProfile; readonly far: ColumnProfile };

const NUMBERS: Trial = {
  reference: numbers([1, 2, 2, 3, 4, 4, 4, 5, 6, 9], 1),
  near: numbers([1, 2, 3, 3, 4, 4, 5, 5, 6, 9], 1),
  far: numbers([40, 41, 44, 44, 47, 50, 52, 58, 60, 70], 1),
};
const CATEGORIES: Trial = {
  reference: categories({ red: 50, green: 30, blue: 20 }, 2),
  near: categories({ red: 48, green: 31, blue: 21 }, 2),
  far: categories({ red: 1, blue: 4, black: 95 }, 2),
};
const MANY = Float64Array.from({ length: 6_000 }, (_, row) => Math.sin(row) * 1_000);

/** What the monitor counts on in a drift statistic, for any test framework. @param options - those beside `max`; default none. */
export function driftContract(
  made: Pick<DriftConstructor, 'kind'>,
  options: { readonly [name: string]: JsonPrimitive } = {},
): readonly ContractCase[] {
  checkCall('driftContract', { constructor: made, options }, { constructor: aKind, options: anObject });
  const { kind } = made;
  const trials = kind.column === 'number' ? [NUMBERS] : [NUMBERS, CATEGORIES];
  const of = (reference: ColumnProfile, current: ColumnProfile): number | null => kind.compute(reference, current, options);
  const each = (check: (trial: Trial) => void) => (): void => {
    trials.forEach(check);
  };
  return [
    {
      title: `${kind.name} is 0 between equal profiles`,
      run: each(({ reference }) => {
        assert.equal(of(reference, reference), 0);
      }),
    },
    {
      title: `${kind.name} is finite, at least 0, and larger the farther apart two profiles are`,
      run: each(({ reference, near, far }) => {
        const [small, large] = [of(reference, near), of(reference, far)];
        assert.ok(small !== null && large !== null && Number.isFinite(large), `${String(small)} and ${String(large)}`);
        assert.ok(small >= 0 && small < large, `${small} of the near one, ${large} of the far one`);
      }),
    },
    {
      title: `${kind.name} is null or at least 0 when a side has no values`,
      run: each(({ reference }) => {
        const empty = reference.type === 'numeric' ? numbers([], 12) : categories({}, 12);
        for (const [left, right] of [
          [reference, empty],
          [empty, reference],
          [empty, empty],
        ] as const) {
          const value = of(left, right);
          assert.ok(value === null || (Number.isFinite(value) && value >= 0), String(value));
        }
      }),
    },
    {
      title: `${kind.name} takes profiles that hold buckets instead of values`,
      run: () => {
        const value = of(profileValues(MANY), profileValues(MANY.map((one) => one + 2_000)));
        assert.ok(value !== null && Number.isFinite(value) && value > 0, String(value));
      },
    },
    {
      title: `${kind.name} leaves the profiles as they are, and computes the same again`,
      run: each(({ reference, far }) => {
        const before = JSON.stringify([reference, far]);
        const value = of(reference, far);
        assert.equal(of(reference, far), value);
        assert.equal(JSON.stringify([reference, far]), before);
      }),
    },
  ];
}

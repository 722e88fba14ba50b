import { aFunction, aText, oneOfWords } from '../../errors/kinds.js';
import { checkSettings } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { MetricKind } from '../../metrics/metric-kind.js';
import { scoredRows, weightsInOrder } from '../../metrics/scored-rows.js';
import type { ContractCase } from './contract-case.js';

type Row = readonly [label: number, score: number];

const ROWS: { readonly [Task in MetricKind['task']]: readonly Row[] } = {
  binary: [
    [1, 0.9],
    [0, 0.8],
    [1, 0.8],
    [0, 0.3],
    [1, 0.6],
    [0, 0.1],
    [0, 0.5],
  ],
  regression: [
    [12, 10],
    [-3, 1],
    [0, 0.5],
    [7, 7],
    [40, 22],
  ],
};
const WEIGHTS = [2, 0, 1, 3, 1, 1, 0];
/** Sums in another order may differ in the last digits. */
const TOLERANCE = 1e-9;

/** What `p.evaluate` counts on in a metric, for any test framework: `for (const { title, run } of metricContract(cost)) it(title, run)`. */
export function metricContract(metric: MetricKind): readonly ContractCase[] {
  checkSettings('metricContract', metric, { name: aText, task: oneOfWords('binary', 'regression'), compute: aFunction });
  const rows = ROWS[metric.task];
  const of = (some: readonly Row[]): number | null => metric.compute(rowsOf(some), null);
  return [
    {
      title: `${metric.name} computes a finite number or null, also without rows and for one label`,
      run: () => {
        for (const some of [rows, [], rows.slice(0, 1), rows.map(([, score]): Row => [1, score])]) {
          const value = of(some);
          assert.ok(value === null || Number.isFinite(value), `${String(value)} of ${JSON.stringify(some)}`);
        }
        assert.notEqual(of(rows), null);
      },
    },
    {
      title: `${metric.name} computes the same whatever the order of the rows`,
      run: () => {
        isNear(of(rows.toReversed()), of(rows));
      },
    },
    {
      title: `${metric.name} counts each row once when it has no weights`,
      run: () => {
        const scored = rowsOf(rows);
        isNear(metric.compute(scored, new Uint16Array(rows.length).fill(1)), metric.compute(scored, null));
      },
    },
    {
      title: `${metric.name} counts a row as often as its weight says`,
      run: () => {
        const scored = rowsOf(rows);
        const weights = WEIGHTS.slice(0, rows.length);
        const repeated = rows.flatMap((row, index) => new Array<Row>(weights[index] ?? 0).fill(row));
        isNear(metric.compute(scored, weightsInOrder(scored, Uint16Array.from(weights))), of(repeated));
      },
    },
    {
      title: `${metric.name} leaves the rows and weights as they are`,
      run: () => {
        const scored = rowsOf(rows);
        const weights = new Uint16Array(rows.length).fill(2);
        const before = JSON.stringify({ scored, weights });
        metric.compute(scored, weights);
        assert.equal(JSON.stringify({ scored, weights }), before);
      },
    },
  ];
}

const rowsOf = (rows: readonly Row[]): ReturnType<typeof scoredRows> =>
  scoredRows(
    Float64Array.from(rows, ([label]) => label),
    Float64Array.from(rows, ([, score]) => score),
  );

function isNear(found: number | null, expected: number | null): void {
  const near = found === expected || Math.abs((found ?? Infinity) - (expected ?? Infinity)) <= TOLERANCE;
  assert.ok(near, `expected ${String(expected)}, got ${String(found)}`);
}

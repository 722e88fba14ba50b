import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { metricsFor } from '../../../src/metrics/metrics.js';
import { scoredRows, weightsInOrder } from '../../../src/metrics/scored-rows.js';

type GoldenRow = {
  readonly name: string;
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly weights: readonly number[] | null;
  readonly metrics: Record<string, number>;
};
// Golden values: origin in the file; made by metrics.golden.py beside it.
const golden = JSON.parse(readFileSync('test/unit/metrics/metrics.golden.json', 'utf8')) as {
  readonly origin: { readonly library: string };
  readonly binary: readonly GoldenRow[];
  readonly regression: readonly GoldenRow[];
};

const rowsOf = (labels: readonly number[], scores: readonly number[]) =>
  scoredRows(Float64Array.from(labels), Float64Array.from(scores));
const valueOf = (
  task: 'binary' | 'regression',
  name: string,
  labels: readonly number[],
  scores: readonly number[],
): number | null | undefined => metricsFor(task, [name])[0]?.compute(rowsOf(labels, scores), null);

describe(`metrics against ${golden.origin.library}`, () => {
  for (const task of ['binary', 'regression'] as const) {
    for (const row of golden[task]) {
      it(`equal those of ${task}: ${row.name}`, () => {
        const rows = rowsOf(row.labels, row.scores);
        const weights = row.weights === null ? null : weightsInOrder(rows, Uint16Array.from(row.weights));
        const names = Object.keys(row.metrics);
        const metrics = metricsFor(task, names);
        expect(metrics.length).toBe(names.length);
        for (const metric of metrics) {
          const value = metric.compute(rows, weights);
          expect(value).not.toBeNull();
          expect(Math.abs((value ?? 0) - (row.metrics[metric.name] ?? Infinity))).toBeLessThanOrEqual(1e-9);
        }
      });
    }
  }
});

describe('metrics where they are undefined', () => {
  it('are null, not NaN, for one class', () => {
    expect(valueOf('binary', 'roc_auc', [1, 1], [0.2, 0.3])).toBeNull();
    expect(valueOf('binary', 'average_precision', [0, 0], [0.2, 0.3])).toBeNull();
    expect(valueOf('binary', 'f1', [0, 0], [0.2, 0.3])).toBeNull();
    expect(valueOf('regression', 'r2', [2, 2], [1, 3])).toBeNull();
  });

  it('are null without rows', () => {
    const tasks = {
      binary: ['roc_auc', 'average_precision', 'log_loss', 'brier', 'accuracy', 'f1'],
      regression: ['mae', 'rmse', 'r2'],
    } as const;
    for (const name of tasks.binary) expect(valueOf('binary', name, [], [])).toBeNull();
    for (const name of tasks.regression) expect(valueOf('regression', name, [], [])).toBeNull();
  });

  it('stay defined for one class where they mean something', () => {
    expect(valueOf('binary', 'log_loss', [1, 1], [0.5, 0.5])).toBeCloseTo(Math.LN2, 12);
  });

  it('are refused by name, with the valid ones listed, when they do not fit the task', () => {
    expect(() => metricsFor('regression', ['roc_auc', 'maee', 'mae'])).toThrow(/some of r2, mae, rmse, got roc_auc, maee/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { calibrate } from '../../../src/metrics/calibration.js';
import { compareInThread } from '../../../src/evaluation/comparison/compare-in-thread.js';
import type { ComparisonInput } from '../../../src/evaluation/comparison/comparison.js';
import { compareModels } from '../../../src/evaluation/comparison/comparison.js';
import { rankingCurves } from '../../../src/metrics/curves.js';
import { scoredRows, weightsInOrder } from '../../../src/metrics/scored-rows.js';
import { createRandom } from '../../../src/evaluation/comparison/random.js';

const ROWS = 600;
function input(overrides: Partial<ComparisonInput> = {}): ComparisonInput {
  const random = createRandom(5);
  const uniform = (): number => random() / 2 ** 32;
  const labels = Float64Array.from({ length: ROWS }, () => (uniform() < 0.3 ? 1 : 0));
  return {
    task: 'binary',
    metrics: ['roc_auc', 'log_loss'],
    gate: { than: 'champion', metric: 'roc_auc', confidence: 0.95, samples: 100, margin: 0 },
    seed: 1,
    labels,
    challenger: labels.map((label) => 0.2 + 0.2 * label + 0.4 * uniform()),
    champion: null,
    slices: [{ column: 'origin', values: ['ATL', 'SFO'], codes: Uint16Array.from(labels, (_, row) => row % 3) }],
    ...overrides,
  };
}

describe('a comparison of two models', () => {
  it('takes the base-rate baseline as opponent when there is no champion', () => {
    const { gate, opponentMetrics } = compareModels(input());
    expect(gate).toMatchObject({ opponentKind: 'baseline', opponentVersion: null, opponent: 0.5 });
    expect(gate?.deltaLow).toBeGreaterThan(0.1);
    const rate = compareModels(input()).labelMean;
    expect(opponentMetrics['log_loss']).toBeCloseTo(-rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate), 10);
  });

  it('is exactly even for a champion with the same scores', () => {
    const base = input();
    const { gate } = compareModels({ ...base, champion: { version: 4, scores: base.challenger } });
    expect(gate).toMatchObject({ opponentKind: 'champion', opponentVersion: 4, delta: 0, deltaLow: 0, deltaHigh: 0 });
  });

  it('compares what must not be lost, with the margin in the unit of the metric, but not with a constant', () => {
    const base = input();
    const guards = [{ metric: 'log_loss', margin: 0.01, relative: true } as const];
    const challenger = base.challenger.map((score) => 0.6 + score / 4);
    const guarded = { ...base, gate: { ...base.gate, guards }, challenger };
    const {
      gate,
      guards: compared,
      opponentMetrics,
      events,
    } = compareModels({ ...guarded, champion: { version: 4, scores: base.challenger } });
    expect(gate?.delta).toBe(0);
    expect(compared).toHaveLength(1);
    expect(compared[0]).toMatchObject({ metric: 'log_loss', opponentVersion: 4 });
    expect(compared[0]?.margin).toBeCloseTo((opponentMetrics['log_loss'] ?? 0) * 0.01, 12);
    expect(compared[0]?.deltaHigh).toBeLessThan(-0.01);
    expect(events).toBe(Math.min(...[0, 1].map((label) => base.labels.filter((own) => own === label).length)));
    expect(compareModels(guarded).guards).toEqual([]);
  });

  it('measures each slice on its own rows', () => {
    const { slices } = compareModels(input());
    expect(slices.map(({ value, rows }) => [value, rows])).toEqual([
      ['ATL', 200],
      ['SFO', 200],
    ]);
    const base = input();
    const picked = [...base.labels.keys()].filter((row) => row % 3 === 1);
    const alone = compareModels({
      ...base,
      labels: Float64Array.from(picked, (row) => base.labels[row]!),
      challenger: Float64Array.from(picked, (row) => base.challenger[row]!),
      slices: [],
    });
    expect(slices[0]?.challenger).toEqual(alone.metrics);
  });

  it('has no gate comparison and a stated reason when the labels are of one class', () => {
    const result = compareModels(input({ labels: new Float64Array(ROWS) }));
    expect(result.gate).toBeNull();
    expect(result.metrics['roc_auc']).toBeNull();
    expect(result.undefinedMetrics).toEqual({ roc_auc: 'all labels are of one class' });
  });

  it('measures a regression against the mean, or for mae the median', () => {
    const labels = Float64Array.of(0, 0, 0, 10);
    const gate = { than: 'champion', metric: 'mae', confidence: 0.95, samples: 20, margin: 0 } as const;
    const result = compareModels(input({ task: 'regression', metrics: ['r2'], gate, labels, challenger: labels, slices: [] }));
    expect(result.gate).toMatchObject({ challenger: 0, opponent: 2.5 });
    expect(result.metrics['r2']).toBe(1);
  });

  it('gives the same in a worker thread', async () => {
    expect(await compareInThread(input(), new AbortController().signal)).toEqual(compareModels(input()));
  });

  it('leaves when it is cancelled', async () => {
    const controller = new AbortController();
    const gate = { than: 'champion', metric: 'roc_auc', confidence: 0.95, samples: 1_000_000, margin: 0 } as const;
    const running = compareInThread(input({ gate }), controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    await expect(running).rejects.toThrow(/abort/i);
  });
});

describe('calibration', () => {
  it('has no error for scores that are their own frequencies', () => {
    const scores = Float64Array.from({ length: 100 }, (_, row) => (row < 50 ? 0.2 : 0.6));
    const labels = Float64Array.from({ length: 100 }, (_, row) => (row < 50 ? Number(row % 5 === 0) : Number(row % 5 < 3)));
    const result = calibrate(scoredRows(labels, scores));
    expect(result?.bins).toHaveLength(2);
    expect(result?.expectedError).toBeCloseTo(0, 12);
  });
  it('counts a row of weight n like n rows', () => {
    const random = createRandom(9);
    const uniform = (): number => random() / 2 ** 32;
    const scores = Float64Array.from({ length: 200 }, () => Math.round(uniform() * 60) / 60);
    const labels = scores.map((score) => (uniform() < score * 0.7 ? 1 : 0));
    const weights = Uint16Array.from(labels, () => Math.floor(uniform() * 4));
    const repeated = [...weights].flatMap((weight, row) => Array.from({ length: weight }, () => row));
    const rows = scoredRows(labels, scores);
    const weighted = calibrate(rows, weightsInOrder(rows, weights));
    const plain = calibrate(
      scoredRows(
        Float64Array.from(repeated, (row) => labels[row]!),
        Float64Array.from(repeated, (row) => scores[row]!),
      ),
    );
    expect(weighted?.bins.map((bin) => bin.rows)).toEqual(plain?.bins.map((bin) => bin.rows));
    expect(weighted?.expectedError).toBeCloseTo(plain?.expectedError ?? Number.NaN, 12);
  });
  it('says by how much scores are too high', () => {
    const result = calibrate(
      scoredRows(
        new Float64Array(40),
        Float64Array.from({ length: 40 }, (_, row) => row / 40),
      ),
    );
    expect(result?.expectedError).toBeCloseTo(39 / 80, 12);
    expect(result?.bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(40);
    expect(result?.bins).toHaveLength(15);
  });
});

describe('curves', () => {
  it('run from (0, 0) to (1, 1) and never turn back', () => {
    const base = input();
    const roc = rankingCurves(scoredRows(base.labels, base.challenger))?.roc ?? [];
    expect(roc[0]).toEqual([0, 0]);
    expect(roc.at(-1)).toEqual([1, 1]);
    expect(roc.length).toBeLessThanOrEqual(202);
    roc.slice(1).forEach(([x, y], index) => {
      expect(x).toBeGreaterThanOrEqual(roc[index]![0]);
      expect(y).toBeGreaterThanOrEqual(roc[index]![1]);
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { GateComparison, GateSpec } from '../../../src/contracts/stages.js';
import { pairedBootstrap } from '../../../src/evaluation/bootstrap.js';
import { decideGate } from '../../../src/evaluation/gate.js';
import { metricsFor } from '../../../src/evaluation/metrics/metric.js';
import type { ScoredRows } from '../../../src/evaluation/metrics/scored-rows.js';
import { scoredRows } from '../../../src/evaluation/metrics/scored-rows.js';
import { createRandom } from '../../../src/evaluation/random.js';

const GATE: GateSpec = { than: 'champion', metric: 'roc_auc', confidence: 0.95, samples: 200, margin: 0 };
const comparison = (deltaLow: number, deltaHigh: number): GateComparison => ({
  metric: 'roc_auc',
  challenger: 0.7,
  opponent: 0.69,
  opponentKind: 'champion',
  opponentVersion: 3,
  delta: (deltaLow + deltaHigh) / 2,
  deltaLow,
  deltaHigh,
});
const OPTIONS = { samples: 200, confidence: 0.95, seed: 7 };

/** Scores that know the label to the degree of `skill`. */
function model(rows: number, skill: number, seed: number): ScoredRows {
  const [labelRandom, random] = [createRandom(1), createRandom(seed)];
  const labels = Float64Array.from({ length: rows }, () => (labelRandom() / 2 ** 32 < 0.3 ? 1 : 0));
  return scoredRows(
    labels,
    labels.map((label) => Math.min(Math.max(0.3 + skill * (label - 0.3) + (random() / 2 ** 32 - 0.5) * 0.5, 0.001), 0.999)),
  );
}
const metric = (name: string) => metricsFor('binary', [name])[0]!;

describe('the gate', () => {
  it('blesses a challenger whose lower bound is above zero', () => {
    expect(decideGate(GATE, comparison(0.001, 0.01)).decision).toBe('blessed');
  });
  it('keeps the champion when the bounds straddle zero, also when they touch it', () => {
    expect(decideGate(GATE, comparison(-0.001, 0.01)).decision).toBe('inconclusive');
    expect(decideGate(GATE, comparison(0, 0)).decision).toBe('inconclusive');
  });
  it('rejects a challenger whose upper bound is below zero, and says against whom', () => {
    const verdict = decideGate(GATE, comparison(-0.02, -0.01));
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons[0]).toMatch(/worse than champion version 3: roc_auc 0\.7 against 0\.69 .* between −0\.02 and −0\.01/);
  });
  it('accepts a slightly worse challenger within the margin of a non-inferiority gate', () => {
    expect(decideGate({ ...GATE, margin: 0.005 }, comparison(-0.004, -0.001)).decision).toBe('blessed');
    expect(decideGate({ ...GATE, margin: 0.005 }, comparison(-0.006, 0.001)).decision).toBe('inconclusive');
  });
  it('is inconclusive when the comparison could not be made', () => {
    expect(decideGate(GATE, null)).toMatchObject({ decision: 'inconclusive' });
  });
});

describe('the paired bootstrap', () => {
  it('gives the same interval for the same seed and another for another', () => {
    const [a, b] = [model(500, 0.3, 2), model(500, 0.2, 3)];
    expect(pairedBootstrap(metric('roc_auc'), a, b, OPTIONS)).toEqual(pairedBootstrap(metric('roc_auc'), a, b, OPTIONS));
    expect(pairedBootstrap(metric('roc_auc'), a, b, OPTIONS)).not.toEqual(
      pairedBootstrap(metric('roc_auc'), a, b, { ...OPTIONS, seed: 8 }),
    );
  });
  it('is exactly zero for a model against itself', () => {
    const a = model(300, 0.3, 2);
    expect(pairedBootstrap(metric('log_loss'), a, a, OPTIONS)).toEqual({ delta: 0, low: 0, high: 0, resamples: 200 });
  });
  it('is positive for the better model, whichever way the metric points', () => {
    const [better, worse] = [model(2000, 0.4, 2), model(2000, 0.1, 3)];
    for (const name of ['roc_auc', 'log_loss', 'brier', 'average_precision']) {
      const interval = pairedBootstrap(metric(name), better, worse, OPTIONS);
      expect(interval?.low).toBeGreaterThan(0);
      expect(interval?.high).toBeGreaterThan(interval?.low ?? 0);
    }
  });
  it('covers the true difference of equally good models about as often as it says', () => {
    let below = 0;
    for (let trial = 0; trial < 100; trial += 1) {
      const interval = pairedBootstrap(metric('brier'), model(200, 0.3, 10 + trial), model(200, 0.3, 1000 + trial), {
        ...OPTIONS,
        seed: trial,
      });
      if ((interval?.low ?? 0) > 0) below += 1;
    }
    expect(below).toBeLessThanOrEqual(12);
  });
  it('is null when the metric is undefined', () => {
    const rows = scoredRows(Float64Array.of(1, 1), Float64Array.of(0.5, 0.6));
    expect(pairedBootstrap(metric('roc_auc'), rows, rows, OPTIONS)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import type { GateComparison, GateSpec, GuardComparison } from '../../../src/contracts/stages/evaluate.js';
import { type BootstrapInterval, type BootstrapOptions, pairedBootstrap } from '../../../src/evaluation/comparison/bootstrap.js';
import type { Compared } from '../../../src/evaluation/gate.js';
import { decideGate } from '../../../src/evaluation/gate.js';
import type { MetricKind } from '../../../src/metrics/metric-kind.js';
import { metricsFor } from '../../../src/metrics/metrics.js';
import type { ScoredRows } from '../../../src/metrics/scored-rows.js';
import { scoredRows } from '../../../src/metrics/scored-rows.js';
import { createRandom } from '../../../src/evaluation/comparison/random.js';

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
const against = (low: number, high: number, guards: Compared['guards'] = [], events = 500): Compared => ({
  gate: comparison(low, high),
  guards,
  events,
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
const bootstrap = (one: MetricKind, a: ScoredRows, b: ScoredRows, options: BootstrapOptions): BootstrapInterval | null =>
  pairedBootstrap([one], a, b, options)[0]!;
const metric = (name: string) => metricsFor('binary', [name])[0]!;

describe('the gate', () => {
  it('blesses a challenger whose lower bound is above zero', () => {
    expect(decideGate(GATE, against(0.001, 0.01)).decision).toBe('blessed');
  });
  it('keeps the champion when the bounds straddle zero, also when they touch it', () => {
    expect(decideGate(GATE, against(-0.001, 0.01)).decision).toBe('inconclusive');
    expect(decideGate(GATE, against(0, 0)).decision).toBe('inconclusive');
  });
  it('rejects a challenger whose upper bound is below zero, and says against whom', () => {
    const verdict = decideGate(GATE, against(-0.02, -0.01));
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons[0]).toMatch(/worse than champion version 3: roc_auc 0\.7 against 0\.69 .* between −0\.02 and −0\.01/);
  });
  it('accepts a slightly worse challenger within the margin of a non-inferiority gate', () => {
    expect(decideGate({ ...GATE, margin: 0.005 }, against(-0.004, -0.001)).decision).toBe('blessed');
    expect(decideGate({ ...GATE, margin: 0.005 }, against(-0.006, 0.001)).decision).toBe('inconclusive');
  });
  it('blesses only what is shown not to lose its guards, and says which one kept it back', () => {
    const gate: GateSpec = { ...GATE, guards: [{ metric: 'calibration_error', margin: 0.02, relative: false }] };
    const guard = (low: number, high: number): GuardComparison => ({
      ...comparison(low, high),
      metric: 'calibration_error',
      margin: 0.02,
    });
    const decide = (low: number, high: number) => decideGate(gate, against(0.001, 0.01, [guard(low, high)]));
    expect(decide(-0.01, 0.01).decision).toBe('blessed');
    expect(decide(-0.02, 0).decision).toBe('blessed');
    expect(decide(-0.03, 0.01)).toMatchObject({
      decision: 'inconclusive',
      reasons: [
        expect.stringMatching(/^not shown to be not worse by more than 0\.02 than champion version 3: calibration_error/),
      ],
    });
    expect(decide(-0.06, -0.04)).toMatchObject({ decision: 'rejected', reasons: [expect.stringMatching(/calibration_error/)] });
    expect(decideGate(gate, against(-0.02, -0.01, [guard(-0.03, 0.01)])).decision).toBe('rejected');
    expect(decideGate(gate, against(0.001, 0.01, [null]))).toMatchObject({ decision: 'inconclusive' });
  });
  it('decides nothing on fewer rows of the rarer class than it asks for', () => {
    const gate = { ...GATE, minEvents: 30 };
    expect(decideGate(gate, against(0.1, 0.2, [], 29))).toMatchObject({
      decision: 'inconclusive',
      reasons: [expect.stringContaining('29 of the rarer class')],
    });
    expect(decideGate(gate, against(0.1, 0.2, [], 30)).decision).toBe('blessed');
    expect(decideGate(gate, { ...against(0.1, 0.2), events: null }).decision).toBe('blessed');
  });
  it('is inconclusive when the comparison could not be made', () => {
    expect(decideGate(GATE, { gate: null, guards: [], events: 500 })).toMatchObject({ decision: 'inconclusive' });
  });
});

describe('the paired bootstrap', () => {
  it('gives the same interval for the same seed and another for another', () => {
    const [a, b] = [model(500, 0.3, 2), model(500, 0.2, 3)];
    expect(bootstrap(metric('roc_auc'), a, b, OPTIONS)).toEqual(bootstrap(metric('roc_auc'), a, b, OPTIONS));
    expect(bootstrap(metric('roc_auc'), a, b, OPTIONS)).not.toEqual(bootstrap(metric('roc_auc'), a, b, { ...OPTIONS, seed: 8 }));
  });
  it('is exactly zero for a model against itself', () => {
    const a = model(300, 0.3, 2);
    expect(bootstrap(metric('log_loss'), a, a, OPTIONS)).toEqual({ delta: 0, low: 0, high: 0, resamples: 200 });
  });
  it('is positive for the better model, whichever way the metric points', () => {
    const [better, worse] = [model(1000, 0.4, 2), model(1000, 0.1, 3)];
    for (const name of ['roc_auc', 'log_loss', 'brier', 'average_precision']) {
      const interval = bootstrap(metric(name), better, worse, OPTIONS);
      expect(interval?.low).toBeGreaterThan(0);
      expect(interval?.high).toBeGreaterThan(interval?.low ?? 0);
    }
  });
  it('covers the true difference of equally good models about as often as it says', () => {
    let below = 0;
    for (let trial = 0; trial < 60; trial += 1) {
      const interval = bootstrap(metric('brier'), model(200, 0.3, 10 + trial), model(200, 0.3, 1000 + trial), {
        ...OPTIONS,
        seed: trial,
      });
      if ((interval?.low ?? 0) > 0) below += 1;
    }
    expect(below).toBeLessThanOrEqual(8);
  });
  it('gives each metric the interval that it has alone', () => {
    const [a, b] = [model(500, 0.3, 2), model(500, 0.2, 3)];
    const names = ['roc_auc', 'log_loss', 'calibration_error'];
    const together = pairedBootstrap(names.map(metric), a, b, OPTIONS);
    expect(together).toEqual(names.map((name) => bootstrap(metric(name), a, b, OPTIONS)));
  });
  it('is null when the metric is undefined', () => {
    const rows = scoredRows(Float64Array.of(1, 1), Float64Array.of(0.5, 0.6));
    expect(bootstrap(metric('roc_auc'), rows, rows, OPTIONS)).toBeNull();
  });
});

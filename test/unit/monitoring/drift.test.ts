import { describe, expect, it } from '@jest/globals';
import type { WindowReport } from '../../../src/contracts/entities/monitoring.js';
import type { DriftConfig } from '../../../src/monitoring/drift.js';
import { scoreDrift } from '../../../src/monitoring/drift.js';
import { profileValues } from '../../../src/profiles/profile-values.js';
import type { Profile } from '../../../src/profiles/profile.js';
import { windowKey, windowOf } from '../../../src/monitoring/windows/window.js';
import { windowSignals } from '../../../src/monitoring/windows/window-signals.js';

const DAY_MS = 86_400_000;
const values = (shift: number): Profile => ({
  formatVersion: 2,
  rows: 1000,
  columns: { score: profileValues(Float64Array.from({ length: 1000 }, (_, index) => index / 1000 + shift)) },
});
const CONFIG: DriftConfig = {
  drift: { score: { statistic: 'wasserstein', max: 0.1 } },
  persistence: { windows: 2, of: 3 },
  minRows: 500,
};
const earlier = (...crossed: readonly boolean[]): WindowReport[] =>
  crossed.map((one, index) => ({
    model: 'm',
    endpoint: 'm',
    from: `2001-02-0${9 - index}T00:00:00.000Z`,
    to: `2001-02-0${9 - index}T12:00:00.000Z`,
    rows: 1000,
    versions: [1],
    drift: [{ column: 'score', statistic: 'wasserstein', score: 1, threshold: 0.1, crossed: one, persistent: false }],
    performance: null,
    labelCoverage: 0,
    performanceCrossed: [],
    labelsDueAt: null,
    report: { kind: 'monitor-report', id: '0', sha256: '', bytes: 0, uri: '', meta: {} },
  }));
const only = (config: DriftConfig, current: Profile, before: readonly WindowReport[]) =>
  scoreDrift(config, values(0), current, before)[0];

describe('the persistence rule', () => {
  it('wants 2 crossings in the last 3 windows, this one included', () => {
    expect(only(CONFIG, values(0.5), [])).toMatchObject({ crossed: true, persistent: false });
    expect(only(CONFIG, values(0.5), earlier(true))).toMatchObject({ persistent: true });
    expect(only(CONFIG, values(0.5), earlier(false, true))).toMatchObject({ persistent: true });
    expect(only(CONFIG, values(0.5), earlier(false, false, true))).toMatchObject({ persistent: false });
  });
  it('never calls a window persistent that does not cross itself', () => {
    expect(only(CONFIG, values(0), earlier(true, true))).toMatchObject({ score: 0, crossed: false, persistent: false });
  });
  it('does not count a window with too few rows', () => {
    const few = only({ ...CONFIG, minRows: 1001 }, values(0.5), earlier(true));
    expect(few).toMatchObject({ crossed: false, persistent: false, tooFewRows: expect.any(Number) });
    expect(only({ ...CONFIG, minRows: 1001 }, values(0), [])).not.toHaveProperty('tooFewRows');
  });
});

describe('windows', () => {
  it('given by a time are the last whole ones before it', () => {
    const window = windowOf({ model: 'm', phase: 'drift', at: '2001-02-05T10:00:00Z' }, DAY_MS);
    expect([window.fromMs, window.toMs]).toEqual([Date.UTC(2001, 1, 4), Date.UTC(2001, 1, 5)]);
    expect(windowKey('m', window, 'drift')).toBe('monitors/m/windows/2001-02-04.drift.json');
  });
  it('have keys in time order also when they do not begin at midnight', () => {
    const window = { fromMs: Date.UTC(2001, 1, 4, 10, 30), toMs: Date.UTC(2001, 1, 4, 11) };
    expect(windowKey('m', window, 'performance')).toBe('monitors/m/windows/2001-02-04T10-30-00Z.performance.json');
  });
});

describe('signals of a window', () => {
  it('have ids made of model, window and cause', () => {
    const [report] = earlier(true);
    const drift = report!.drift.map((score) => ({ ...score, persistent: true }));
    expect(windowSignals({ ...report!, drift }, 'drift').map(({ id, kind, at }) => [id, kind, at])).toEqual([
      ['m/2001-02-09T00:00:00.000Z/new_rows', 'new_rows', '2001-02-09T12:00:00.000Z'],
      ['m/2001-02-09T00:00:00.000Z/drift/score', 'drift', '2001-02-09T12:00:00.000Z'],
    ]);
    expect(windowSignals({ ...report!, drift }, 'performance')).toEqual([]);
  });
});

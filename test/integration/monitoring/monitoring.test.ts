import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { closeWindow, monitorOperations } from '../../../activities/stages/monitor.js';
import type { TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import type { MonitorWindowRequest, WindowReport } from '../../../src/contracts/entities/monitoring.js';
import type { MonitorConfig } from '../../../src/contracts/stages/monitor.js';
import type { TemporalDoor } from '../../../src/pipeline/step-context.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createTestContext } from '../../test-context.js';
import { FLIGHTS_FILE, failureOf, sql, temporaryFolder, temporaryStore } from '../../unit/data/tiny-source.js';
import {
  evaluateModel,
  flightFeatures,
  hourModel,
  hourScoreSql,
  MODEL,
  promote,
  publishModel,
} from '../stages/evaluation-fixtures.js';

const [INTERCEPT, SLOPE] = [-2.5, 0.08];
const DEPLOYED = { endpoint: MODEL, model: MODEL, version: 1, outcome: 'promoted', reasons: [], revision: 1 } as const;
let store: ArtifactStore;
let labels: string;
let config: MonitorConfig;

const week = (n: number): { from: string; to: string } => {
  const day = (offset: number): string => new Date(Date.UTC(2001, 1, 1 + offset)).toISOString();
  return { from: day(7 * n), to: day(7 * (n + 1)) };
};
const flightsOf = (n: number): string =>
  `(SELECT 'flight-' || file_row_number AS id, * FROM read_parquet('${FLIGHTS_FILE}', file_row_number = true)
    WHERE date >= '${week(n).from}' AND date < '${week(n).to}' ORDER BY hash(file_row_number) LIMIT 6000)`;

/** Logs a sample of a week as a model server does; `distance` may be bent to make it drift. */
async function logWeek(n: number, distance = 'distance', status = 200): Promise<void> {
  const folder = await temporaryFolder();
  const path = join(folder, 'log.parquet');
  await sql(
    `COPY (SELECT id AS request_id, date AS event_time, date AS logged_at, '${MODEL}' AS model, 1::INTEGER AS version, 'champion' AS variant,
       ${status}::INTEGER AS status, 1.5::DOUBLE AS latency_ms, ${hourScoreSql(INTERCEPT, SLOPE)} AS score,
       date, (${distance})::FLOAT AS distance, origin FROM ${flightsOf(n)}) TO '${path}' (FORMAT parquet)`,
  );
  await store.objects.putFile(`predictions/${MODEL}/2026-01-0${n + 1}/replica-00000${status === 200 ? 0 : 1}.parquet`, path);
}

async function writeLabels(n: number, where = 'true', delay = 'delay'): Promise<void> {
  await mkdir(dirname(labels), { recursive: true });
  await sql(
    `COPY (SELECT id AS request_id, ${delay} AS delay FROM ${flightsOf(n)} WHERE ${where}) TO '${labels.replace('*', `${n}-${Date.now()}`)}'`,
  );
}

function close(n: number, phase: MonitorWindowRequest['phase'], sent: TrainingSignal[] = []): Promise<WindowReport> {
  const temporal: TemporalDoor = {
    signalTraining: async (_, signal) => {
      sent.push(signal);
    },
    setTrainingPolicy: async () => undefined,
    signalChange: async () => undefined,
    ensureSchedule: async () => undefined,
  };
  return closeWindow({ model: MODEL, ...week(n), phase }, createTestContext(store, { temporal }));
}

const configure = (changes: Partial<MonitorConfig> = {}) =>
  monitorOperations.monitor(
    { config: { ...config, ...changes }, inputs: { endpoint: DEPLOYED }, arguments: {} },
    createTestContext(store),
  );

beforeAll(async () => {
  store = await temporaryStore();
  labels = join(await temporaryFolder(), 'labels', '*.parquet');
  const features = await flightFeatures(store, '2001-01-01', '2001-01-22');
  const model = await publishModel(store, features, hourModel(features.meta.signature, INTERCEPT, SLOPE));
  const { result } = await evaluateModel(store, { model, features });
  await promote(store, result, 'monitoring-1');
  config = {
    endpoint: MODEL,
    model: MODEL,
    everyMs: 7 * 86_400_000,
    clock: 'event',
    drift: {
      distance: { statistic: 'wasserstein', max: 0.1 },
      origin: { statistic: 'psi', max: 0.1 },
      score: { statistic: 'psi', max: 0.1 },
      date: { statistic: 'jensen_shannon', max: 0.1 },
    },
    labels: { source: { format: 'parquet', path: labels }, key: 'request_id', sql: 'delay > 15', delayMs: 7 * 86_400_000 },
    performance: [{ metric: 'roc_auc', below: 0.99 }],
    persistence: { windows: 2, of: 3 },
    minRows: 500,
    minLabelCoverage: 0.8,
  };
  await configure();
  await logWeek(0);
  await logWeek(0, 'distance', 503);
  await logWeek(1, 'distance * 3');
  await logWeek(2, 'distance * 3');
});

describe('the monitor on weeks of real flights', () => {
  it('finds no drift in an ordinary week and leaves unanswered requests out', async () => {
    const sent: TrainingSignal[] = [];
    const report = await close(0, 'drift', sent);
    expect(report).toMatchObject({ rows: 6000, versions: [1], performance: null, labelsDueAt: week(1).to });
    expect(report.drift.map(({ column, crossed }) => [column, crossed])).toEqual([
      ['date', false],
      ['distance', false],
      ['origin', false],
      ['score', false],
    ]);
    expect(sent).toEqual([{ id: `${MODEL}/${week(0).from}/new_rows`, kind: 'new_rows', at: week(0).to, rows: 6000 }]);
    expect((await store.readFile(report.report, 'report.html')).toString()).toContain('Nothing unusual');
  });

  it('signals drift only when it persists', async () => {
    const [first, second]: [TrainingSignal[], TrainingSignal[]] = [[], []];
    const report = await close(1, 'drift', first);
    expect(report.drift.find(({ column }) => column === 'distance')).toMatchObject({ crossed: true, persistent: false });
    expect(first.map(({ kind }) => kind)).toEqual(['new_rows']);
    const again = await close(2, 'drift', second);
    expect(again.drift.find(({ column }) => column === 'distance')).toMatchObject({ crossed: true, persistent: true });
    expect(second.map(({ id }) => id)).toEqual([`${MODEL}/${week(2).from}/new_rows`, `${MODEL}/${week(2).from}/drift/distance`]);
    expect((await store.readFile(again.report, 'report.html')).toString()).toContain('Persistent drift: distance.');
  });

  it('gives the same report and the same signals when a window is closed twice', async () => {
    const [first, second]: [TrainingSignal[], TrainingSignal[]] = [[], []];
    const report = await close(2, 'drift', first);
    expect(await close(2, 'drift', second)).toEqual(report);
    expect(second).toEqual(first);
  });

  it('measures performance once enough labels are there; the last of several labels counts', async () => {
    expect(await close(0, 'performance')).toMatchObject({ performance: null, labelCoverage: 0 });
    await writeLabels(0, 'hash(id) % 2 = 0');
    const half = await close(0, 'performance');
    expect(half.performance).toBeNull();
    expect(half.labelCoverage).toBeGreaterThan(0.45);
    expect(half.labelCoverage).toBeLessThan(0.55);
    await writeLabels(0, 'true', '0');
    await writeLabels(0);
    const sent: TrainingSignal[] = [];
    const report = await close(0, 'performance', sent);
    expect(report.labelCoverage).toBeGreaterThan(0.9);
    expect(report.performance?.['roc_auc']).toBeGreaterThan(0.5);
    expect(report.performance?.['roc_auc']).toBeLessThan(0.7);
    expect(sent).toMatchObject([{ id: `${MODEL}/${week(0).from}/performance/roc_auc`, kind: 'performance', threshold: 0.99 }]);
    expect(await close(0, 'performance')).toEqual(report);
    expect((await store.readFile(report.report, 'report.html')).toString()).toContain('Performance');
  });

  it('refuses an empty window, an unknown model, bounds out of order and a second end for one start', async () => {
    const code = async (request: MonitorWindowRequest): Promise<string> =>
      (await failureOf(closeWindow(request, createTestContext(store)))).code;
    expect(await code({ model: MODEL, from: '2001-06-01', to: '2001-06-08', phase: 'drift' })).toBe('MONITOR_WINDOW_EMPTY');
    expect(await code({ model: 'nobody', from: '2001-06-01', to: '2001-06-08', phase: 'drift' })).toBe('MONITOR_NOT_CONFIGURED');
    expect(await code({ model: MODEL, from: '2001-06-08', to: '2001-06-01', phase: 'drift' })).toBe('MONITOR_WINDOW_INVALID');
    expect(await code({ model: MODEL, from: week(0).from, to: week(1).to, phase: 'drift' })).toBe('MONITOR_WINDOW_INVALID');
  });

  it('measures no performance where the monitor names no labels, and records nothing', async () => {
    const whole = config;
    config = { ...whole, model: 'unlabelled' };
    Reflect.deleteProperty(config, 'labels');
    await configure();
    config = whole;
    const reports = async (): Promise<number> => {
      let count = 0;
      for await (const { key } of store.objects.list('monitors/')) count += key.includes('unlabelled') ? 1 : 0;
      return count;
    };
    const before = await reports();
    const request = { model: 'unlabelled', ...week(0), phase: 'performance' } as const;
    expect((await failureOf(closeWindow(request, createTestContext(store)))).code).toBe('MONITOR_LABELS_MISSING');
    expect(before).toBeGreaterThan(0);
    expect(await reports()).toBe(before);
  });

  it('names unknown columns and unfit statistics when it is configured', async () => {
    const unknown = await failureOf(configure({ drift: { distanec: { statistic: 'psi', max: 0.1 } } }));
    expect(unknown.message).toMatch(/drift rules name distanec: expected date, distance, origin, score/);
    expect((await failureOf(configure({ drift: { origin: { statistic: 'ks', max: 0.1 } } }))).code).toBe(
      'MONITOR_STATISTIC_UNFIT',
    );
  });

  it("sets a schedule with the wall's clock", async () => {
    const schedules: unknown[] = [];
    const temporal: TemporalDoor = {
      signalTraining: async () => undefined,
      setTrainingPolicy: async () => undefined,
      signalChange: async () => undefined,
      ensureSchedule: async (schedule) => {
        schedules.push(schedule);
      },
    };
    const task = { config: { ...config, clock: 'wall' }, inputs: { endpoint: DEPLOYED }, arguments: {} } as const;
    const result = await monitorOperations.monitor(task, createTestContext(store, { temporal }));
    expect(result.schedule).toBe(`perennial/monitor/${MODEL}`);
    expect(schedules).toMatchObject([
      { workflowType: 'monitorWindow', input: { model: MODEL, phase: 'both' }, every: { ms: config.everyMs } },
    ]);
    await configure();
  });
});

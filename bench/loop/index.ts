import { rm } from 'node:fs/promises';
import { metricsFor } from '../../dist/src/metrics/metrics.js';
import { scoredRows } from '../../dist/src/metrics/scored-rows.js';
import { type BenchResult, measured } from '../report.js';
import { readWeek, scoresOf, type WeekOfFlights } from './flights.js';
import { Life, type Policy } from './lives.js';

const WEEK_MS = 7 * 86_400_000;
const FIRST_DAY = Date.parse('2001-01-01');
const LIVE_FROM = Date.parse('2001-02-01');
const LIVE_TO = Date.parse('2001-06-28');
const METRICS = { roc_auc: 'rocAuc', log_loss: 'logLoss', calibration_error: 'calibrationError' } as const;

export const POLICIES: readonly Policy[] = [
  { id: 'static', window: null, refit: false, gate: false },
  { id: 'static-refit', window: null, refit: true, gate: false },
  { id: 'newest-28-days', window: { days: 28 }, refit: false, gate: false },
  { id: 'newest-28-days-gate', window: { days: 28 }, refit: false, gate: true },
  { id: 'all', window: 'all', refit: false, gate: false },
  { id: 'all-refit', window: 'all', refit: true, gate: false },
  { id: 'all-refit-gate', window: 'all', refit: true, gate: true },
];

export interface LoopOptions {
  readonly only: readonly string[];
  /** Weeks between two retrains. */
  readonly every: number;
  /** Rows of each week that are measured; null: all. */
  readonly rows: number | null;
}

/**
 * What each policy would have served from February to June: metrics over the weeks, each week by the model that lives at its start. Labels come
 * a week late, so a retrain knows the rows up to a week before.
 */
export async function measureLoop({ only, every, rows }: LoopOptions): Promise<readonly BenchResult[]> {
  const weeks: WeekOfFlights[] = [];
  for (let from = LIVE_FROM; from + WEEK_MS <= LIVE_TO; from += WEEK_MS) weeks.push(await readWeek(from, from + WEEK_MS, rows));
  const results: BenchResult[] = [];
  for (const policy of POLICIES.filter(({ id }) => only.length === 0 || only.includes(id))) {
    console.error(`${new Date().toISOString().slice(11, 19)} ${policy.id}`);
    results.push(...(await liveThrough(policy, weeks, every)));
  }
  return results;
}

async function liveThrough(policy: Policy, weeks: readonly WeekOfFlights[], every: number): Promise<readonly BenchResult[]> {
  const life = await Life.open(policy);
  await life.train(FIRST_DAY, LIVE_FROM);
  const values = new Map<string, number[]>(Object.values(METRICS).map((name) => [name, []]));
  for (const [index, week] of weeks.entries()) {
    if (index > 0 && index % every === 0 && policy.window !== null)
      await life.train(FIRST_DAY, LIVE_FROM + (index - 1) * WEEK_MS);
    const scored = scoredRows(week.labels, await scoresOf(await life.model(), week));
    for (const metric of metricsFor('binary', Object.keys(METRICS)))
      values.get(METRICS[metric.name as keyof typeof METRICS])?.push(metric.compute(scored, null) ?? Number.NaN);
  }
  await rm(life.folder, { recursive: true, force: true });
  const { fits, promotions } = life.counts;
  const counts = Object.entries({ fits, promotions }).map(([metric, count]) => ({
    id: policy.id,
    metric,
    ours: measured([count]),
  }));
  const means = [...values].map(([metric, list]) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    return { id: policy.id, metric: `mean ${metric}`, ours: measured([mean]) };
  });
  return [...means, ...counts];
}

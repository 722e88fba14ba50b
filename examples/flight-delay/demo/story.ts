import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineClient } from 'perennial-ml/client';
import { follow, type StageTime } from './follow.js';
import { LABELS, MODEL } from './places.js';
import type { Screen } from './screen.js';
import type { Traffic } from './traffic.js';
import { type FlightSource, type Week, weeksBetween } from './weeks.js';

export const FLIGHTS_A_WEEK = 5_000;
/** What a customer asks about at once, and how often one comes, while a retrain goes on. */
const FLIGHTS_A_LOOK = 1;
const LOOK_MS = 100;
/** After so many flights one comes half as often, after twice as many a third as often, and so on. */
const PATIENCE = 250;
const HALF_YEAR_END = '2001-06-28';
const LAST_DAYS: Week = { from: HALF_YEAR_END, to: '2001-07-01' };

export interface WindowLine {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly drift: Readonly<Record<string, number>>;
  readonly rocAuc: number | null;
}

/** A report to open, of a window below its threshold or of the last one: what it is about and where the store has it. */
export interface ReportLine {
  readonly name: string;
  readonly artifact: string;
}

export interface RetrainLine {
  readonly trigger: string;
  readonly decision: string;
  readonly runId: string;
}

export interface StoryParts {
  readonly client: PipelineClient;
  readonly screen: Screen;
  readonly traffic: Traffic;
  readonly flights: FlightSource;
  readonly stages: StageTime[];
  /** Flights of a week, from its front, that were asked about before the week's turn came. */
  readonly askedEarly: Map<string, number>;
}

/** First run: version 1 from January. */
export async function firstRelease({ client, screen, stages }: StoryParts): Promise<void> {
  screen.title('January: the first model');
  const { workflowId } = await client.start(
    MODEL,
    { from: '2001-01-01', to: '2001-02-01' },
    { workflowId: 'flight-delay-2001-01' },
  );
  const status = await follow(client, workflowId, screen, stages);
  if (status.status !== 'succeeded')
    throw new Error(`the first run ended ${status.status}: ${JSON.stringify(status.steps.map((step) => step.failure))}`);
}

/** February to June: traffic, windows, labels a week late, and whatever the continuous training decides. */
export async function live(
  parts: StoryParts,
): Promise<{ windows: WindowLine[]; retrains: RetrainLine[]; reports: ReportLine[] }> {
  const { client, screen, traffic, flights } = parts;
  const weeks = weeksBetween('2001-02-01', HALF_YEAR_END);
  const windows: WindowLine[] = [];
  const reports: ReportLine[] = [];
  screen.title('February to June: live traffic, week by week');
  for (const [index, week] of weeks.entries()) {
    const asked = await flights.sample(week, FLIGHTS_A_WEEK);
    await traffic.send(asked.slice(parts.askedEarly.get(week.from) ?? 0), (done) => {
      screen.doing(`week of ${week.from}: ${String(done)} of ${String(asked.length)} flights asked`);
    });
    await traffic.waitUntilLogged((logged) => {
      screen.doing(`week of ${week.from}: ${String(logged)} predictions logged`);
    });
    screen.doing(`week of ${week.from}: closing the window`);
    const drift = await client.closeWindow({ model: MODEL, from: week.from, to: week.to, phase: 'drift' });
    const scores = Object.fromEntries(drift.drift.map((score) => [score.column, score.score]));

    const labelled = weeks[index - 1];
    let rocAuc: number | null = null;
    if (labelled !== undefined) {
      await flights.writeLabels(labelled, FLIGHTS_A_WEEK, `${LABELS}/${labelled.from}.parquet`);
      const report = await client.closeWindow({ model: MODEL, from: labelled.from, to: labelled.to, phase: 'performance' });
      if (report.performanceCrossed.length > 0 || index === weeks.length - 1) {
        reports.push({ name: `window-${labelled.from}`, artifact: `monitor-report/${report.report.id}` });
      }
      rocAuc = report.performance?.['roc_auc'] ?? null;
      const earlier = windows.at(-1);
      if (earlier !== undefined) windows[windows.length - 1] = { ...earlier, rocAuc };
    }
    windows.push({ from: week.from, to: week.to, rows: drift.rows, drift: scores, rocAuc: null });
    const crossed = drift.drift
      .filter((score) => score.crossed)
      .map((score) => `${score.column}${score.persistent ? ' (persistent)' : ''}`);
    screen.event(
      `week of ${week.from}: ${String(drift.rows)} rows, drift ${Object.entries(scores)
        .map(([column, score]) => `${column} ${score.toFixed(3)}`)
        .join(', ')}` +
        `${crossed.length === 0 ? '' : `, crossed: ${crossed.join(', ')}`}${rocAuc === null ? '' : `; the week before had roc_auc ${rocAuc.toFixed(4)}`}`,
    );
    await settle(parts, weeks[index + 1] ?? LAST_DAYS);
  }
  return { windows, reports, retrains: await retrainsOf(client) };
}

/** Waits until the continuous training has nothing under way; a retrain is followed while traffic goes on. */
async function settle(parts: StoryParts, next: Week): Promise<void> {
  const { client, screen, stages } = parts;
  for (;;) {
    const [state, explanation] = await Promise.all([client.training(MODEL).status(), client.training(MODEL).explain()]);
    if (state.active !== null) {
      const decision = state.decisions.at(-1);
      screen.event(`retrain ${String(state.active.n)} started: ${decision?.reason ?? ''}`);
      const { workflowId } = state.active;
      const status = await whileAsking(parts, next, () => follow(client, workflowId, screen, stages));
      const ended = await client.training(MODEL).status();
      screen.event(
        `retrain ${String(state.active.n)} ended: ${ended.decisions.find((entry) => entry.workflowId === workflowId)?.outcome ?? status.status}`,
      );
    } else if (explanation.action === 'start' || explanation.nextLookAt !== null) {
      screen.doing(`continuous training: ${explanation.reason}`);
      await sleep(200);
    } else return;
  }
}

/**
 * Customers keep asking about the coming week's flights for as long as `work` runs: no answer may fail across a swap. They ask slowly, and
 * ever more so: most of a week comes after a retrain, also where a retrain takes long.
 */
async function whileAsking<T>({ traffic, flights, askedEarly }: StoryParts, week: Week, work: () => Promise<T>): Promise<T> {
  const asked = await flights.sample(week, FLIGHTS_A_WEEK);
  const done = new AbortController();
  const customers = (async (): Promise<void> => {
    let at = askedEarly.get(week.from) ?? 0;
    for (; !done.signal.aborted && at < asked.length; at += FLIGHTS_A_LOOK) {
      await traffic.send(asked.slice(at, at + FLIGHTS_A_LOOK), () => undefined);
      await sleep(LOOK_MS * (1 + at / PATIENCE));
    }
    askedEarly.set(week.from, Math.min(at, asked.length));
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await customers;
  }
}

async function retrainsOf(client: PipelineClient): Promise<RetrainLine[]> {
  const { decisions } = await client.training(MODEL).status();
  return decisions.map((decision) => ({
    trigger: decision.decision === 'started' ? decision.reason : decision.triggers.map((trigger) => trigger.kind).join(', '),
    decision: decision.decision === 'started' ? (decision.outcome ?? 'running') : `held back: ${decision.reason}`,
    runId: decision.workflowId ?? '',
  }));
}

/** A release that cannot hold its promise; the canary must notice and undo it. */
export async function badRelease(parts: StoryParts): Promise<Record<string, unknown>> {
  const { client, screen, stages } = parts;
  screen.title('A bad release');
  const { workflowId } = await client.start(
    'rushed-release',
    { from: '2001-06-20', to: HALF_YEAR_END },
    { workflowId: 'rushed-release-2001-06' },
  );
  const followed = follow(client, workflowId, screen, stages);
  // The flights of the last days are few: customers come when the canary is there, or it would meet nobody after a slow training.
  const asked = canaryBakes(client, workflowId).then(() => whileAsking(parts, LAST_DAYS, () => followed));
  await Promise.all([followed, asked]);
  const result = await client.result(workflowId);
  const deploy = result.results['deploy'] as Record<string, unknown>;
  screen.event(
    `the release of version ${String(deploy['version'])} was ${String(deploy['outcome'])}: ${String(deploy['reasons'])}`,
  );
  return { runId: workflowId, ...deploy };
}

/** Returns when the deployment gives the new version traffic, or the run has ended without. */
async function canaryBakes(client: PipelineClient, workflowId: string): Promise<void> {
  for (;;) {
    const { status, steps } = await client.status(workflowId);
    const deploy = steps.find((step) => step.kind === 'deploy');
    if (status !== 'running' || deploy?.waitingFor?.startsWith('bake') === true) return;
    await sleep(200);
  }
}

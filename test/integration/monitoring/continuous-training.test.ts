import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { continuousTrainingId, type TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import {
  day,
  drift,
  letGo,
  policyOf,
  settled,
  startTrainingBench,
  type TrainingBench,
  whenHeld,
} from './continuous-training-fixtures.js';

const DAY_MS = 86_400_000;
const MODELS = ['created', 'raced', 'debounced', 'single', 'cooled', 'ended', 'stormy', 'steady', 'patient', 'ticked'] as const;
/** More in a storm that lasts minutes: `PERENNIAL_TEST_SIGNALS=100000`. */
const SIGNALS = Number(process.env['PERENNIAL_TEST_SIGNALS'] ?? 240);
const ONE_BY_ONE = 70;
/** A run goes on as new so soon that a small storm is enough. */
const LONGEST = { signals: 100, events: 200 };
const MOST_EVENTS = 800;

let bench: TrainingBench;
beforeAll(async () => {
  bench = await startTrainingBench();
});
afterAll(() => bench.stop());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the continuous training of a model', () => {
  it('begins with the first signal, whichever that is, and waits for a policy', async () => {
    await bench.send('created', drift('a', day(7)));
    expect(await bench.explain('created')).toMatchObject({
      action: 'wait',
      reason: expect.stringContaining('no retrain policy'),
    });
    await bench.update('created', 'setPolicy', policyOf('created'));
    const state = await bench.until('created', settled(1));
    expect(state.decisions[0]).toMatchObject({ decision: 'started', triggers: [{ id: 'a' }] });
  });

  it('is one, however many signals race to begin it', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `racing-${n}`);
    await Promise.all(ids.map((id) => bench.send('raced', drift(id, day(7)))));
    const { pending } = await bench.explain('raced');
    expect(pending.map(({ id }) => id).sort()).toEqual(ids.sort());
    await bench.update('raced', 'setPolicy', policyOf('raced'));
    expect((await bench.until('raced', settled(1))).pending).toEqual([]);
  });

  it('gathers what comes close together into one run over the newest window', async () => {
    await bench.begin('debounced', { debounceMs: 1_500 });
    await bench.send('debounced', drift('a', day(7)), drift('b', day(21)), drift('c', day(14)));
    expect(await bench.explain('debounced')).toMatchObject({
      reason: expect.stringContaining('debounce'),
      pending: [{}, {}, {}],
    });
    const state = await bench.until('debounced', settled(1));
    const run = `${continuousTrainingId('debounced')}/retrain-1`;
    expect(state.decisions).toEqual([
      expect.objectContaining({ n: 1, workflowId: run, parameters: { from: '2001-01-25', to: '2001-02-22' }, at: day(21) }),
    ]);
    expect((await bench.client.result(run)).results['fit']).toEqual({ from: '2001-01-25', to: '2001-02-22' });
    expect(state.decisions[0]?.triggers.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('takes no notice of an event that it has been told before', async () => {
    const before = await bench.status('debounced');
    await bench.send('debounced', drift('b', day(60)), drift('a', day(7)));
    expect(await bench.status('debounced')).toEqual(before);
  });

  it('has one run at a time; what comes meanwhile joins the next', async () => {
    await bench.begin('single', { parameters: { mode: 'held' } });
    await bench.send('single', drift('a', day(7)));
    await bench.until('single', ({ active }) => active !== null);
    await bench.send('single', drift('b', day(14)), drift('c', day(21)));
    await pause(600);
    const explained = await bench.explain('single');
    expect(explained).toMatchObject({ action: 'wait', pending: [{ id: 'b' }, { id: 'c' }] });
    expect(explained.reason).toContain('retrain-1 is still running');
    await letGo('single', 1);
    const state = await bench.until('single', ({ started, active }) => started === 2 && active !== null);
    expect(state.decisions[1]).toMatchObject({ triggers: [{ id: 'b' }, { id: 'c' }], parameters: { to: '2001-02-22' } });
    await letGo('single', 2);
  });

  it('holds back within the cool-down of the data and says until when', async () => {
    await bench.begin('cooled', { coolDownMs: 14 * DAY_MS });
    await bench.send('cooled', drift('a', day(7)));
    await bench.until('cooled', settled(1));
    await bench.send('cooled', drift('b', day(14)));
    const state = await bench.until('cooled', ({ decisions }) => decisions.length === 2);
    expect(state).toMatchObject({ started: 1, decisions: [{}, { decision: 'suppressed', triggers: [{ id: 'b' }] }] });
    const { reason, decisions } = await bench.explain('cooled');
    expect(reason).toBe(`cool-down until ${day(21)} (event clock)`);
    expect(decisions[1]?.reason).toBe(reason);
    await bench.send('cooled', drift('c', day(21)));
    expect((await bench.until('cooled', settled(2))).decisions[2]).toMatchObject({ triggers: [{ id: 'b' }, { id: 'c' }] });
  });

  it('remembers how each run ended, and starts one that failed again with what came meanwhile', async () => {
    await bench.begin('ended', { parameters: { mode: 'failing' } }, { backOffMs: 1_500 });
    await bench.send('ended', drift('a', day(7)));
    const failed = await bench.until('ended', settled(1));
    expect(failed).toMatchObject({ pending: [{ signal: { id: 'a' } }], startedAtMs: [], failures: { inARow: 1 } });
    expect(await bench.explain('ended')).toMatchObject({ action: 'wait', reason: expect.stringContaining('failed in a row') });
    await bench.update('ended', 'setPolicy', policyOf('ended', { parameters: { mode: 'held' } }));
    await bench.send('ended', drift('b', day(14)));
    await bench.client.cancel(await whenHeld('ended', 2));
    const { decisions } = await bench.until('ended', settled(2));
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['failed', 'cancelled']);
    expect(decisions[1]?.triggers.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('notices a run that was terminated, also while signals pour in', async () => {
    await bench.begin('stormy', { parameters: { mode: 'held' } }, { runCheckMs: 500 });
    await bench.send('stormy', drift('a', day(7)));
    await bench.temporal.workflow.getHandle(await whenHeld('stormy', 1)).terminate('by hand');
    const rows = (n: number): TrainingSignal => ({ id: `rows-${n}`, kind: 'new_rows', at: day(7), rows: 1 });
    let n = 0;
    const state = await bench.until(
      'stormy',
      ({ active }) => active === null,
      () => bench.send('stormy', rows((n += 1))),
    );
    expect(state.decisions[0]?.outcome).toBe('terminated');
  });

  it('loses no signal of a burst while it continues as new, and no run under way', async () => {
    await bench.begin(
      'steady',
      { on: [{ on: 'drift' }, { on: 'new_rows', rows: 1_000_000 }], parameters: { mode: 'held' } },
      { longest: LONGEST },
    );
    await bench.send('steady', drift('a', day(7)));
    const { active } = await bench.until('steady', (state) => state.active !== null);
    const handle = bench.temporal.workflow.getHandle(continuousTrainingId('steady'));
    const first = (await handle.describe()).runId;
    const signals = Array.from({ length: SIGNALS }, (_, n): TrainingSignal => ({
      id: `rows-${n}`,
      kind: 'new_rows',
      at: day(8),
      rows: n,
    }));
    const senders = Array.from({ length: 40 }, async () => {
      for (let signal = signals.pop(); signal !== undefined; signal = signals.pop()) await bench.send('steady', signal);
    });
    await Promise.all(senders);
    const state = await bench.until('steady', ({ newRows }) => newRows === (SIGNALS * (SIGNALS - 1)) / 2);
    expect((await handle.describe()).runId).not.toBe(first);
    expect(state).toMatchObject({ started: 1, active });
    expect(state.seen).toHaveLength(Math.min(SIGNALS + 1, 500));
    await letGo('steady', 1);
    const ended = await bench.until('steady', ({ decisions }) => decisions[0]?.outcome !== null);
    expect(ended.decisions[0]?.workflowId).toBe(active?.workflowId);
  }, 600_000);

  it('continues as new also when each signal wakes it alone, and when what comes changes nothing', async () => {
    const model = 'patient';
    const workflowId = continuousTrainingId(model);
    const send = (signal: unknown): Promise<void> => bench.temporal.workflow.getHandle(workflowId).signal('trigger', signal);
    await bench.begin(model, { on: [{ on: 'new_rows', rows: 1_000_000 }] }, { longest: LONGEST });
    for (let n = 0; n < ONE_BY_ONE; n += 1) await send({ id: `rows-${n}`, kind: 'new_rows', at: day(8), rows: 1 });
    const full = await bench.until(model, ({ newRows }) => newRows === ONE_BY_ONE);
    for (let n = 0; n < ONE_BY_ONE; n += 1) await send(n % 2 === 0 ? { id: 'rows-1', kind: 'new_rows', at: day(8), rows: 1 } : n);
    await send({ id: 'late', kind: 'new_rows', at: '9999-12-31', rows: 1 });
    const still = await bench.until(model, ({ leftOut }) => leftOut?.at(-1)?.problems.includes('must not lie after') === true);
    expect(still).toMatchObject({ newRows: ONE_BY_ONE, seen: full.seen });
    expect((await bench.explain(model)).leftOut).toHaveLength(10);
  }, 120_000);

  it('is woken by a schedule', async () => {
    await bench.begin('ticked', { on: [{ on: 'cron', expression: '0 3 * * 1', timezone: 'UTC' }], clock: 'wall' });
    const tick = { workflowId: 'tick', taskQueue: 'ml', args: [{ model: 'ticked' }] };
    await bench.temporal.workflow.execute('retrainTick', tick);
    const state = await bench.until('ticked', settled(1));
    expect(state.decisions[0]).toMatchObject({ reason: 'cron schedule', triggers: [{ kind: 'cron' }] });
    expect(state.decisions[0]?.parameters?.['to']).toBe(new Date().toISOString().slice(0, 10));
    await bench.temporal.workflow.execute('retrainTick', tick);
    await bench.until('ticked', settled(2));
  });

  it('replays from the history of each of its runs', async () => {
    const bundle = await workflowBundle();
    for (const model of MODELS) {
      const workflowId = continuousTrainingId(model);
      let runs = 0;
      for await (const { runId } of bench.temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
        const history = await bench.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
        expect(history.events?.length).toBeLessThan(MOST_EVENTS);
        await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowId);
        runs += 1;
      }
      expect(runs).toBeGreaterThanOrEqual({ steady: 2, patient: 2 }[model as string] ?? 1);
    }
  });
});

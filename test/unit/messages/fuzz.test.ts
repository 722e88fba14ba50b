import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  ContinuousTrainingState,
  RunFinished,
  TrainingSignal,
} from '../../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import type { ChangeState } from '../../../src/contracts/plan/triggers.js';
import { ask, emptyAdmission, grant, hasRoom, leave, viewOf } from '../../../workflows/entities/admission-policy.js';
import {
  awaitedRuns,
  initialChangeState,
  nextRuns,
  receiveChange,
  recordEnded,
  recordStarted,
  routeChanges,
} from '../../../workflows/entities/change-policy.js';
import { decide } from '../../../workflows/entities/training/decide-retrain.js';
import { recordFinish, recordStart, recordSuppressed } from '../../../workflows/entities/training/recorded-decisions.js';
import { retrainParameters } from '../../../workflows/entities/training/retrain-parameters.js';
import { adopt, adoptState, initialState, receive, recordLeftOut } from '../../../workflows/entities/training/training-state.js';
import { askProblems, namesRequest, pickRequest } from '../../../workflows/messages/admission.js';
import { isChange, namesRun } from '../../../workflows/messages/changes.js';
import { steeringProblems } from '../../../workflows/messages/steering.js';
import {
  finishProblems,
  pauseProblems,
  pickTrigger,
  policyProblems,
  requestProblems,
  triggerProblems,
} from '../../../workflows/messages/training.js';
import { jsonBytes } from '../../../workflows/messages/weight.js';

const NOW = Date.parse('2001-03-01T00:00:00Z');
/** What a Temporal payload may hold is 2 MiB. */
const BUDGET = 1_900_000;
const RUNS = 20;

const POLICY: RetrainConfig = {
  model: 'm',
  pipeline: 'p',
  on: [{ on: 'drift' }, { on: 'new_rows', rows: 10 }],
  debounceMs: 0,
  coolDownMs: 0,
  budget: { runs: 3, perMs: 1_000 },
  clock: 'event',
  window: { lengthMs: 1_000, from: 'from', to: 'to' },
  parameters: {},
};

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
};
const circular: { self?: unknown } = {};
circular.self = circular;

const HOSTILE: readonly unknown[] = [
  ...['', ' ', 'a', '\0', '\ud800', 'x'.repeat(256), '\u0001'.repeat(1_000), 'é'.repeat(255), 'x'.repeat(700_000), '__proto__'],
  ...['2001-02-01', '9999-12-31', '-000001-01-01T00:00:00Z', '2001-02-01 (note)', '+275760-09-13', 'drift', 'manual', 'new_rows'],
  ...[0, -1, 1, 5, 2 ** 53, 1e300, -0, Number.NaN, Infinity, true, null, undefined, [], {}, nested(50), nested(6_000), circular],
  ...[Array.from({ length: 10_000 }, () => 'x'), { toString: null }, Object.create(null) as object],
];

const anything = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HOSTILE) }, { weight: 1, arbitrary: fc.anything() });
/** Mostly well-formed, so that it gets through, with now and then something hostile in a field; or hostile altogether. */
function message(fields: { readonly [name: string]: fc.Arbitrary<unknown> }): fc.Arbitrary<unknown> {
  const sometimes = Object.entries(fields).map(([name, good]): [string, fc.Arbitrary<unknown>] => [
    name,
    fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: anything }),
  ]);
  const record = fc.record({ ...Object.fromEntries(sometimes), extra: fc.constantFrom(undefined, 'x'.repeat(100_000)) });
  return fc.oneof({ weight: 15, arbitrary: record }, { weight: 1, arbitrary: anything });
}

const long = fc.constantFrom('a', 'column', '\u0001'.repeat(200), '\ud800'.repeat(256), 'é'.repeat(200));
const ids = fc.tuple(fc.nat(5_000), fc.constantFrom('', '\u0002'.repeat(900))).map(([n, filling]) => `${n}${filling}`);
const trigger = message({
  id: ids,
  kind: fc.constantFrom('drift', 'performance', 'new_rows', 'cron', 'manual'),
  column: long,
  metric: long,
  at: fc.constantFrom('2001-02-01', '2001-03-01T12:00:00Z', '9999-12-31'),
  rows: fc.nat(),
  score: fc.double({ noNaN: true }),
  threshold: fc.double({ noNaN: true, min: 0, max: 1 }),
  by: long,
  reason: fc.constantFrom('why', '\u0003'.repeat(2_000)),
});
const policy = message(Object.fromEntries(Object.entries(POLICY).map(([name, value]) => [name, fc.constant(value)])));
const finished = message({
  workflowId: fc.nat(50).map((n) => `run-${n}`),
  status: fc.constantFrom('FAILED', 'COMPLETED'),
  outcome: fc.constantFrom('failed', 'promoted', 'rejected', 'timed_out', 'cancelled'),
});
const trainingMessage = fc.oneof(
  fc.record({ signal: fc.constant('trigger' as const), payload: trigger }),
  fc.record({ signal: fc.constant('policy' as const), payload: policy }),
  fc.record({ signal: fc.constant('runFinished' as const), payload: finished }),
);

/** What the handlers and the loop of the continuous training do, without Temporal. */
function live(state: ContinuousTrainingState, signal: string, payload: unknown, nowMs: number): ContinuousTrainingState {
  const checks = {
    trigger: () => triggerProblems(payload, nowMs),
    policy: () => policyProblems(payload, 'm'),
    runFinished: () => finishProblems(payload),
  };
  const problems = checks[signal as keyof typeof checks]();
  if (problems.length > 0) return recordLeftOut(state, signal, problems, nowMs);
  if (signal === 'trigger') return receive(state, pickTrigger(payload as TrainingSignal), nowMs);
  if (signal === 'policy') return adopt(state, payload as RetrainConfig);
  return recordFinish(state, payload as RunFinished, { nowMs, backOffMs: 10 });
}

function turn(state: ContinuousTrainingState, nowMs: number): ContinuousTrainingState {
  const verdict = decide(state, nowMs);
  if (verdict.action === 'wait') return verdict.suppressed ? recordSuppressed(state, verdict.reason, nowMs) : state;
  const parameters = state.policy === null ? {} : retrainParameters(state.policy, verdict);
  return recordStart(state, verdict, { workflowId: `run-${state.started + 1}`, parameters, nowMs });
}

describe('whatever comes in by signal or update', () => {
  it('leaves the continuous training able to decide, and its state small enough to go on with', () => {
    fc.assert(
      fc.property(fc.array(trainingMessage, { minLength: 30, maxLength: 80 }), (messages) => {
        let state = initialState('m');
        for (const [index, { signal, payload }] of messages.entries())
          state = turn(live(state, signal, payload, NOW + index), NOW + index);
        expect(JSON.stringify(adoptState(state, NOW)).length).toBeLessThan(BUDGET);
      }),
      { numRuns: RUNS },
    );
  });

  it('fills the state of the continuous training to its bounds and no further', () => {
    let state: ContinuousTrainingState = { ...initialState('m'), policy: POLICY };
    for (let n = 0; n < 1_200; n += 1) {
      const heavy = {
        id: `${n}${'\u0001'.repeat(990)}`,
        kind: 'drift',
        at: '2001-02-01',
        column: '\u0002'.repeat(250),
        metric: `${n}`,
      };
      state = turn(
        live(state, 'trigger', { ...heavy, reason: '\u0003'.repeat(2_000), by: '\u0004'.repeat(250) }, NOW + n),
        NOW + n,
      );
      state = live(state, 'trigger', { id: '\u0001'.repeat(2_000) }, NOW + n);
      if (n % 7 === 0) state = live(state, 'runFinished', { workflowId: `run-${state.started}`, outcome: 'failed' }, NOW + n);
    }
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(BUDGET);
    expect(Buffer.byteLength(JSON.stringify({ ...state, pending: [], active: null, decisions: [] }))).toBeGreaterThan(100_000);
  });

  it('never makes a person that steers a run, a back-fill or a retrain stop it', () => {
    const update = message({
      step: fc.constant('train'),
      action: fc.constantFrom('retry', 'use', 'set'),
      by: long,
      reason: long,
      name: long,
      result: anything,
      value: anything,
      paused: fc.boolean(),
      at: fc.constantFrom('2001-02-01', '9999-12-31'),
    });
    fc.assert(
      fc.property(update, (input) => {
        const problems = [steeringProblems(input), requestProblems(input, NOW, ['reason']), pauseProblems(input, NOW)];
        for (const each of problems) expect(each.every((problem) => problem.length < 200)).toBe(true);
        if (problems[0]?.length === 0) expect(jsonBytes(input)).toBeLessThanOrEqual(40 * 1_024);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the starts on change able to go on', () => {
    const change = message({ n: fc.nat(3_000), workflowId: fc.nat(50).map((n) => `run-${n}`) });
    const subscribers = [
      { pipeline: 'one', overlap: 'coalesce' },
      { pipeline: 'each', overlap: 'queue' },
    ] as const;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100 }), (messages) => {
        let state: ChangeState = initialChangeState();
        for (const payload of messages) {
          if (isChange(payload)) state = receiveChange(state, payload.n);
          if (namesRun(payload)) state = recordEnded(state, payload.workflowId);
          state = routeChanges(state, state.arrived, subscribers, '2001-01-01');
          for (const next of nextRuns(state, 2))
            state = recordStarted(state, next, `run-${next.n}`, 'x'.repeat(100_000), '2001-01-01');
          awaitedRuns(state);
        }
        expect(JSON.stringify(state).length).toBeLessThan(BUDGET);
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves the keeper of a limit able to let in', () => {
    const request = message({
      id: ids,
      workflowId: long,
      runId: fc.constant('r'),
      team: long,
      weight: fc.integer({ min: 1, max: 9 }),
      priority: fc.integer({ min: 1, max: 5 }),
    });
    const signal = message({ request, limit: fc.constantFrom(1, 20, 1_000_000), id: ids });
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 100 }), (messages) => {
        let state = emptyAdmission(1);
        for (const payload of messages) {
          if (askProblems(payload).length === 0) {
            const { request: asked, limit } = payload as { request: Parameters<typeof pickRequest>[0]; limit: number };
            if (hasRoom(state, pickRequest(asked))) state = ask(state, pickRequest(asked), limit);
          } else if (namesRequest(payload)) state = leave(state, payload.id);
          ({ state } = grant(state));
        }
        viewOf(state);
        expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(BUDGET);
      }),
      { numRuns: RUNS },
    );
  });

  it('lets no more wait for a limit, or hold it, than fit into a payload', () => {
    let state = emptyAdmission(1_000_000);
    const requestOf = (n: number) => ({
      id: `${n}/${'\u0001'.repeat(900)}`,
      workflowId: 'w',
      runId: 'r',
      weight: 1,
      priority: 3,
      team: `t${n}`,
    });
    for (let n = 0; n < 1_000; n += 1) {
      if (hasRoom(state, requestOf(n))) state = ask(state, requestOf(n), 1_000_000);
      ({ state } = grant(state));
    }
    expect(state.holders.length).toBeGreaterThan(100);
    expect(state.queue.length).toBeGreaterThan(100);
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(BUDGET);
  });

  it('is never lighter than it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          long,
          trigger.filter((value) => jsonBytes(value) < Infinity),
        ),
        (value) => {
          const text = JSON.stringify(value) as string | undefined;
          expect(jsonBytes(value)).toBeGreaterThanOrEqual(Buffer.byteLength(text ?? ''));
        },
      ),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FailurePolicy, JoinMode } from '../../../src/contracts/plan.js';
import type { StepStatus } from '../../../src/contracts/run.js';
import { type Decision, decide, type GuardAnswer, type SchedulableStep } from '../../../src/pipeline/interpreter/scheduler.js';

type Plan = {
  readonly steps: readonly SchedulableStep[];
  readonly fails: ReadonlySet<string>;
  readonly guards: ReadonlyMap<string, GuardAnswer>;
};

const POLICIES: readonly FailurePolicy[] = ['fail', 'block', 'continue'];

/** Graphs with guards, joins of every mode and clean-up; each step knows beforehand how it will end. */
const plans = (policies: readonly FailurePolicy[] = POLICIES): fc.Arbitrary<Plan> =>
  fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 4 }),
        kind: fc.constantFrom('step', 'step', 'gate', 'join', 'finally'),
        join: fc.constantFrom<JoinMode>('all', 'any', 'first'),
        onFailure: fc.constantFrom(...policies),
        fails: fc.constantFrom(false, false, true),
        guard: fc.constantFrom<GuardAnswer>('holds', 'holds', 'holds', 'does-not-hold', 'undecidable'),
      }),
      { maxLength: 14 },
    )
    .map((drafts) => {
      const main = drafts.map((draft, index) => ({ ...draft, id: `s${index}` })).filter(({ kind }) => kind !== 'finally');
      const last = drafts.map((draft, index) => ({ ...draft, id: `s${index}` })).filter(({ kind }) => kind === 'finally');
      const steps = main.map((draft, index): SchedulableStep => {
        const needs = index === 0 ? [] : [...new Set(draft.needs.map((need) => main[need % index]!.id))];
        const joins = draft.kind === 'join' && needs.length > 0;
        return {
          id: draft.id,
          needs,
          onFailure: draft.onFailure,
          kind: draft.kind === 'gate' ? 'gate' : joins ? 'join' : 'step',
          ...(joins ? { join: draft.join, inputs: Object.fromEntries(needs.map((need, at) => [at, { step: need }])) } : {}),
        };
      });
      const cleanUp = last.map(({ id, onFailure }): SchedulableStep => {
        return { id, kind: 'step', needs: [], onFailure: onFailure === 'block' ? 'continue' : onFailure, finally: true };
      });
      return {
        steps: [...steps, ...cleanUp],
        fails: new Set(drafts.flatMap((draft, index) => (draft.fails && draft.kind !== 'join' ? [`s${index}`] : []))),
        guards: new Map(main.map(({ id, guard }) => [id, guard])),
      };
    });

const ACTIVE: ReadonlySet<StepStatus> = new Set<StepStatus>(['running', 'waiting', 'blocked']);

type Trace = {
  readonly verdict: Decision['verdict'];
  readonly statuses: ReadonlyMap<string, StepStatus>;
  readonly started: readonly string[];
};

/** Carries a plan out; `pick` chooses which active step ends next, `cancelAt` the turn at which the run is asked to stop. */
function drive({ steps, fails, guards }: Plan, pick: (count: number) => number, cancelAt = Infinity): Trace {
  const statuses = new Map<string, StepStatus>();
  const started: string[] = [];
  const statusOf = (id: string): StepStatus => statuses.get(id) ?? 'pending';
  const end = (id: string, status: StepStatus): void => {
    expect(['pending', ...ACTIVE]).toContain(statusOf(id));
    statuses.set(id, status);
  };
  const guardOf = ({ id, needs }: SchedulableStep): GuardAnswer =>
    needs.every((need) => !['pending', ...ACTIVE].includes(statusOf(need))) ? (guards.get(id) ?? 'holds') : 'open';
  let cancelled = false;
  for (let turn = 0; turn < 300; turn++) {
    if (turn >= cancelAt && !cancelled) cancelled = decide(steps, statuses, false, guardOf).outcome === null;
    const decision = decide(steps, statuses, cancelled, guardOf);
    for (const id of decision.skip) end(id, cancelled ? 'cancelled' : 'skipped');
    for (const id of decision.fail) end(id, 'failed');
    for (const id of decision.cancel) end(id, 'cancelled');
    for (const id of decision.start) {
      const step = steps.find((other) => other.id === id)!;
      checkStart(step, statusOf, steps);
      started.push(id);
      end(id, step.kind === 'join' ? 'succeeded' : step.kind === 'gate' ? 'waiting' : 'running');
    }
    const active = steps.filter(({ id }) => ACTIVE.has(statusOf(id)));
    if (['succeeded', 'failed', 'cancelled'].includes(decision.verdict)) {
      expect(active).toEqual([]);
      return { verdict: decision.verdict, statuses, started };
    }
    const step = active[pick(active.length)];
    if (step === undefined) continue;
    const succeeds = statusOf(step.id) === 'blocked' || !fails.has(step.id);
    end(step.id, succeeds ? 'succeeded' : step.onFailure === 'block' ? 'blocked' : 'failed');
  }
  throw new Error('the run is stuck');
}

function checkStart(step: SchedulableStep, statusOf: (id: string) => StepStatus, steps: readonly SchedulableStep[]): void {
  const needs = step.needs.map(statusOf);
  if (step.finally === true) {
    const others = steps.filter((other) => other.finally !== true).map((other) => statusOf(other.id));
    expect(others.some((status) => ACTIVE.has(status))).toBe(false);
  } else if (step.join === 'first') expect(needs).toContain('succeeded');
  else if (step.join === 'any') {
    expect(needs).toContain('succeeded');
    expect(needs.some((status) => status === 'pending' || ACTIVE.has(status))).toBe(false);
  } else expect(needs.every((status) => status === 'succeeded')).toBe(true);
}

function random(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return count === 0 ? 0 : state % count;
  };
}

describe('the scheduler with guards, joins and clean-up', () => {
  it('starts nothing before its needs, nothing twice, ends every step once, and is never stuck', () => {
    fc.assert(
      fc.property(plans(), fc.nat(), fc.option(fc.nat({ max: 20 })), (plan, seed, cancelAt) => {
        const { started, statuses } = drive(plan, random(seed), cancelAt ?? Infinity);
        expect(new Set(started).size).toBe(started.length);
        const unfinished = plan.steps.filter(({ id }) => ['pending', ...ACTIVE].includes(statuses.get(id) ?? 'pending'));
        expect(unfinished).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('never runs a step whose guard does not hold, nor one whose guard is undecidable', () => {
    fc.assert(
      fc.property(plans(), fc.nat(), (plan, seed) => {
        const { started } = drive(plan, random(seed));
        expect(started.filter((id) => (plan.guards.get(id) ?? 'holds') !== 'holds')).toEqual([]);
      }),
    );
  });

  it('runs all clean-up, once and last, however the run ends', () => {
    fc.assert(
      fc.property(plans(), fc.nat(), fc.option(fc.nat({ max: 20 })), (plan, seed, cancelAt) => {
        const { started, verdict, statuses } = drive(plan, random(seed), cancelAt ?? Infinity);
        const cleanUp = plan.steps.filter((step) => step.finally === true);
        expect(started.slice(started.length - cleanUp.length).sort()).toEqual(cleanUp.map(({ id }) => id).sort());
        const spoilt = cleanUp.some(({ id, onFailure }) => onFailure === 'fail' && statuses.get(id) === 'failed');
        if (spoilt) expect(verdict).not.toBe('succeeded');
      }),
    );
  });

  it('gives the same end whatever the order in which steps finish, when no failure ends the run', () => {
    fc.assert(
      fc.property(plans(['continue', 'block']), fc.nat(), fc.nat(), (plan, one, other) => {
        const first = drive(plan, random(one));
        const second = drive(plan, random(other));
        expect(second.verdict).toBe(first.verdict);
        expect([...second.statuses].sort()).toEqual([...first.statuses].sort());
      }),
    );
  });

  it('lets a join of any or first run exactly when one of its steps succeeded', () => {
    fc.assert(
      fc.property(plans(['continue']), fc.nat(), (plan, seed) => {
        const { statuses } = drive(plan, random(seed));
        for (const { id, needs } of plan.steps.filter(({ kind, join }) => kind === 'join' && join !== 'all')) {
          const some = needs.some((need) => statuses.get(need) === 'succeeded');
          const guard = plan.guards.get(id);
          const expected = !some || guard === 'does-not-hold' ? 'skipped' : guard === 'undecidable' ? 'failed' : 'succeeded';
          expect(statuses.get(id)).toBe(expected);
        }
      }),
    );
  });
});

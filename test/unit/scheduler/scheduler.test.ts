import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FailurePolicy } from '../../../src/contracts/plan.js';
import type { StepStatus } from '../../../src/contracts/run.js';
import { decide, type Decision, type SchedulableStep, verdictAtRest } from '../../../src/pipeline/interpreter/scheduler.js';

type Fate = 'succeed' | 'fail';
type Scenario = { readonly steps: readonly SchedulableStep[]; readonly fates: ReadonlyMap<string, Fate> };

const POLICIES: readonly FailurePolicy[] = ['fail', 'block', 'continue'];

const scenarios = (policies: readonly FailurePolicy[] = POLICIES): fc.Arbitrary<Scenario> =>
  fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        gate: fc.boolean(),
        onFailure: fc.constantFrom(...policies),
        fate: fc.constantFrom<Fate>('succeed', 'succeed', 'succeed', 'fail'),
      }),
      { maxLength: 12 },
    )
    .map((drafts) => {
      const steps = drafts.map((draft, index): SchedulableStep => {
        const needs = index === 0 ? [] : [...new Set(draft.needs.map((need) => `s${need % index}`))];
        return { id: `s${index}`, kind: draft.gate ? 'gate' : 'step', needs, onFailure: draft.onFailure };
      });
      return { steps, fates: new Map(drafts.map((draft, index) => [`s${index}`, draft.fate])) };
    });

const ACTIVE: readonly StepStatus[] = ['running', 'waiting', 'blocked'];

/** Carries a scenario out; `pick` chooses which active step ends next. Blocked steps are resumed with success. */
function drive(
  { steps, fates }: Scenario,
  pick: (count: number) => number,
): { verdict: string; statuses: Map<string, StepStatus>; started: string[] } {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const statuses = new Map<string, StepStatus>();
  const started: string[] = [];
  for (let turn = 0; turn < 200; turn++) {
    const decision = decide(steps, statuses);
    for (const id of decision.skip) statuses.set(id, 'skipped');
    for (const id of decision.cancel) statuses.set(id, 'cancelled');
    for (const id of decision.start) {
      expect(byId.get(id)!.needs.every((need) => statuses.get(need) === 'succeeded')).toBe(true);
      started.push(id);
      statuses.set(id, byId.get(id)!.kind === 'gate' ? 'waiting' : 'running');
    }
    const active = steps.filter((step) => ACTIVE.includes(statuses.get(step.id) ?? 'pending'));
    checkRest(steps, statuses, decision);
    if (['succeeded', 'failed', 'cancelled'].includes(decision.verdict)) {
      expect(active).toEqual([]);
      return { verdict: decision.verdict, statuses, started };
    }
    const step = active[pick(active.length)];
    if (step === undefined) continue;
    const succeeds = statuses.get(step.id) === 'blocked' || fates.get(step.id) === 'succeed';
    if (succeeds) statuses.set(step.id, 'succeeded');
    else statuses.set(step.id, step.onFailure === 'block' ? 'blocked' : 'failed');
  }
  throw new Error('the run did not end');
}

/**
 * What a driver relies on: when all that was decided is a start, the next decision decides nothing, and both verdicts are that of the
 * statuses alone.
 */
function checkRest(steps: readonly SchedulableStep[], statuses: ReadonlyMap<string, StepStatus>, decision: Decision): void {
  if (decision.skip.length > 0 || decision.cancel.length > 0 || decision.start.length === 0) return;
  const next = decide(steps, statuses);
  expect([next.start, next.skip, next.fail, next.cancel].flat()).toEqual([]);
  expect([next.verdict, decision.verdict]).toEqual([verdictAtRest(statuses.values()), next.verdict]);
}

function random(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return count === 0 ? 0 : state % count;
  };
}

describe('the scheduler', () => {
  it('never starts a step before its needs, starts none twice, and ends every run', () => {
    fc.assert(
      fc.property(scenarios(), fc.nat(), (scenario, seed) => {
        const { started, statuses } = drive(scenario, random(seed));
        expect(new Set(started).size).toBe(started.length);
        expect(scenario.steps.every((step) => statuses.has(step.id))).toBe(true);
      }),
    );
  });

  it('gives the same end whatever the order in which steps finish, when no step fails the run', () => {
    fc.assert(
      fc.property(scenarios(['continue', 'block']), fc.nat(), fc.nat(), (scenario, one, other) => {
        const first = drive(scenario, random(one));
        const second = drive(scenario, random(other));
        expect(second.verdict).toBe(first.verdict);
        expect([...second.statuses].sort()).toEqual([...first.statuses].sort());
      }),
    );
  });

  it('decides by the statuses alone, not by the order of the map', () => {
    fc.assert(
      fc.property(scenarios(), fc.nat(), (scenario, seed) => {
        const { statuses } = drive(scenario, random(seed));
        const partial = [...statuses].slice(0, Math.ceil(statuses.size / 2));
        expect(decide(scenario.steps, new Map(partial.toReversed()))).toEqual(decide(scenario.steps, new Map(partial)));
      }),
    );
  });

  it('starts at once all steps whose needs are met', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        const roots = scenario.steps.filter((step) => step.needs.length === 0).map((step) => step.id);
        expect(decide(scenario.steps, new Map()).start).toEqual(roots);
      }),
    );
  });

  it('with the policy continue skips exactly the dependants of a failed step, near and far, and succeeds', () => {
    fc.assert(
      fc.property(scenarios(['continue']), fc.nat(), (scenario, seed) => {
        const { verdict, statuses } = drive(scenario, random(seed));
        expect(verdict).toBe('succeeded');
        for (const step of scenario.steps) {
          const lost = step.needs.some((need) => statuses.get(need) !== 'succeeded');
          expect(statuses.get(step.id) === 'skipped').toBe(lost);
        }
      }),
    );
  });

  it('with the policy block never fails and never skips when people resume', () => {
    fc.assert(
      fc.property(scenarios(['block']), fc.nat(), (scenario, seed) => {
        const { verdict, statuses } = drive(scenario, random(seed));
        expect(verdict).toBe('succeeded');
        expect([...statuses.values()].every((status) => status === 'succeeded')).toBe(true);
      }),
    );
  });

  const step = (
    id: string,
    needs: string[] = [],
    onFailure: FailurePolicy = 'fail',
    kind: SchedulableStep['kind'] = 'step',
  ): SchedulableStep => ({ id, kind, needs, onFailure });

  it('with the policy fail starts nothing more, cancels what is active and fails only when that has ended', () => {
    const steps = [step('a'), step('b'), step('c', ['a']), step('g', [], 'fail', 'gate')];
    const statuses = new Map<string, StepStatus>([
      ['a', 'failed'],
      ['b', 'running'],
      ['g', 'waiting'],
    ]);
    expect(decide(steps, statuses)).toEqual({
      start: [],
      skip: ['c'],
      fail: [],
      cancel: ['b', 'g'],
      verdict: 'running',
      outcome: null,
    });
    const ended = new Map<string, StepStatus>([
      ['a', 'failed'],
      ['b', 'cancelled'],
      ['c', 'skipped'],
      ['g', 'cancelled'],
    ]);
    expect(decide(steps, ended).verdict).toBe('failed');
  });

  it('says blocked before waiting before running', () => {
    const steps = [step('a'), step('g', [], 'fail', 'gate'), step('b', [], 'block')];
    expect(
      decide(
        steps,
        new Map<string, StepStatus>([
          ['a', 'succeeded'],
          ['g', 'waiting'],
          ['b', 'succeeded'],
        ]),
      ).verdict,
    ).toBe('waiting');
    expect(
      decide(
        steps,
        new Map<string, StepStatus>([
          ['a', 'running'],
          ['g', 'waiting'],
          ['b', 'succeeded'],
        ]),
      ).verdict,
    ).toBe('running');
    expect(
      decide(
        steps,
        new Map<string, StepStatus>([
          ['a', 'running'],
          ['g', 'waiting'],
          ['b', 'blocked'],
        ]),
      ).verdict,
    ).toBe('blocked');
  });

  it('stops a cancelled run: nothing starts, pending steps are given up, active ones cancelled', () => {
    const steps = [step('a'), step('b', ['a'])];
    expect(decide(steps, new Map<string, StepStatus>([['a', 'running']]), true)).toEqual({
      start: [],
      skip: ['b'],
      fail: [],
      cancel: ['a'],
      verdict: 'running',
      outcome: null,
    });
    expect(
      decide(
        steps,
        new Map<string, StepStatus>([
          ['a', 'cancelled'],
          ['b', 'cancelled'],
        ]),
        true,
      ).verdict,
    ).toBe('cancelled');
  });

  it('fails a plan whose steps wait for each other instead of calling it a success', () => {
    expect(decide([step('a', ['b']), step('b', ['a'])], new Map()).verdict).toBe('failed');
  });

  it('succeeds at once with no steps', () => {
    expect(decide([], new Map()).verdict).toBe('succeeded');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeState, TriggerOverlap } from '../../../src/contracts/plan/triggers.js';
import {
  awaitedRuns,
  initialChangeState,
  nextRuns,
  receiveChange,
  recordEnded,
  recordStarted,
  routeChanges,
} from '../../../workflows/entities/change-policy.js';

const AT = '2026-01-01T00:00:00.000Z';
const received = (numbers: readonly number[], state = initialChangeState()): ChangeState => numbers.reduce(receiveChange, state);
const routed = (state: ChangeState, overlap: TriggerOverlap): ChangeState =>
  routeChanges(state, state.arrived, [{ pipeline: 'p', overlap }], AT);
const startAll = (state: ChangeState): ChangeState =>
  nextRuns(state, 100).reduce((now, next) => recordStarted(now, next, `p/on/${next.n}`, 'why', AT), state);
const numbersOf = (state: ChangeState): number[] =>
  state.decisions.filter(({ decision }) => decision === 'started').map(({ n }) => n);

describe('changes of a subject', () => {
  it('count once, however often they are told', () => {
    const state = received([1, 2, 1, 2, 2]);
    expect(state.arrived).toEqual([1, 2]);
    expect(state.received).toBe(2);
  });

  it('with `coalesce`: one run for the newest of those that arrive while another is under way', () => {
    const first = startAll(routed(received([1]), 'coalesce'));
    expect(numbersOf(first)).toEqual([1]);
    const meanwhile = routed(received([2, 4, 3], first), 'coalesce');
    expect(nextRuns(meanwhile, 100)).toEqual([]);
    expect(awaitedRuns(meanwhile)).toEqual(['p/on/1']);
    const afterwards = startAll(recordEnded(meanwhile, 'p/on/1'));
    expect(numbersOf(afterwards)).toEqual([1, 4]);
    expect(afterwards.decisions.filter(({ decision }) => decision === 'coalesced').map(({ n }) => n)).toEqual([2, 3]);
  });

  it('with `coalesce`: an older one that comes late starts nothing', () => {
    const state = recordEnded(startAll(routed(received([5]), 'coalesce')), 'p/on/5');
    expect(nextRuns(routed(received([3], state), 'coalesce'), 100)).toEqual([]);
  });

  it('with `queue`: one after the other, in the order of their numbers', () => {
    let state = startAll(routed(received([3, 1, 2]), 'queue'));
    expect(numbersOf(state)).toEqual([1]);
    for (const n of [1, 2]) state = startAll(recordEnded(state, `p/on/${n}`));
    expect(numbersOf(state)).toEqual([1, 2, 3]);
  });

  it('with `allow`: all at once, as many as asked for at a time', () => {
    const state = routed(received([1, 2, 3]), 'allow');
    expect(nextRuns(state, 2).map(({ n }) => n)).toEqual([1, 2]);
    expect(numbersOf(startAll(state))).toEqual([1, 2, 3]);
  });

  it('forget the queue of a pipeline that has unsubscribed', () => {
    const state = routed(received([1, 2]), 'queue');
    expect(nextRuns(routeChanges(state, [], [], AT), 100)).toEqual([]);
  });
});

describe('whatever the order of arrival, repeats and ends', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('arrive' as const), n: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant('route' as const) }),
    fc.record({ kind: fc.constant('end' as const) }),
  );

  it.each(['queue', 'allow', 'coalesce'] as const)('%s starts no change twice, and in the end none is left behind', (overlap) => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        let state = initialChangeState();
        const started: number[] = [];
        const step = (): void => {
          state = routed(state, overlap);
          started.push(...nextRuns(state, 100).map(({ n }) => n));
          state = startAll(state);
        };
        const end = (): void => {
          const active = state.pipelines['p']?.active ?? null;
          if (active !== null) state = recordEnded(state, active);
        };
        const told = new Set<number>();
        for (const each of operations) {
          if (each.kind === 'arrive') {
            told.add(each.n);
            state = receiveChange(state, each.n);
          } else if (each.kind === 'route') step();
          else end();
        }
        for (let rounds = 0; rounds <= 30; rounds += 1) {
          step();
          end();
        }
        expect(new Set(started).size).toBe(started.length);
        const expected = overlap === 'coalesce' ? [Math.max(0, ...told)] : [...told];
        expect(expected.filter((n) => n > 0 && !started.includes(n))).toEqual([]);
        expect(state.pipelines['p']?.waiting ?? []).toEqual([]);
      }),
    );
  });
});

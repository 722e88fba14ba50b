import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdmissionRequest, AdmissionState } from '../../../src/contracts/entities/admission.js';
import { ask, emptyAdmission, grant, leave, MAX_OVERTAKEN, used, viewOf } from '../../../workflows/entities/admission-policy.js';

const request = (id: string, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  id,
  workflowId: `run-${id}`,
  runId: 'r',
  weight: 1,
  priority: 3,
  team: '',
  ...changes,
});
const asked = (state: AdmissionState, ...requests: readonly AdmissionRequest[]): AdmissionState =>
  requests.reduce((before, next) => ask(before, next, before.limit), state);
const ids = (requests: readonly { readonly id: string }[]): string[] => requests.map(({ id }) => id);

describe('admission', () => {
  it('lets in by priority, then by arrival, as many as there is room for', () => {
    const state = asked(
      emptyAdmission(2),
      request('a'),
      request('b', { priority: 5 }),
      request('c', { priority: 1 }),
      request('d'),
    );
    const first = grant(state);
    expect(ids(first.granted)).toEqual(['c', 'a']);
    expect(ids(viewOf(first.state).queue)).toEqual(['d', 'b']);
    expect(ids(grant(leave(first.state, 'c')).granted)).toEqual(['d']);
  });

  it('takes turns between teams, whatever the one with many asks', () => {
    const many = Array.from({ length: 6 }, (_, index) => request(`big${index}`, { team: 'big' }));
    let state = asked(emptyAdmission(1), ...many, request('small0', { team: 'small' }), request('small1', { team: 'small' }));
    const order: string[] = [];
    for (let round = 0; round < 8; round++) {
      const { state: next, granted } = grant(state);
      order.push(...ids(granted));
      state = granted.reduce((before, { id }) => leave(before, id), next);
    }
    expect(order.slice(0, 4)).toEqual(['big0', 'small0', 'big1', 'small1']);
  });

  it('keeps a heavy request first in line instead of letting light ones pass', () => {
    const full = grant(asked(emptyAdmission(2), request('x'))).state;
    const waiting = grant(asked(full, request('heavy', { weight: 2 }), request('light'))).state;
    expect(ids(waiting.holders)).toEqual(['x']);
    expect(ids(grant(leave(waiting, 'x')).granted)).toEqual(['heavy']);
  });

  it('lets in what is heavier than a limit that was lowered, alone', () => {
    const state = ask(asked(emptyAdmission(4), request('heavy', { weight: 4 })), request('other'), 2);
    expect(ids(grant(state).granted)).toEqual(['heavy']);
  });

  it('takes the same request once', () => {
    const state = asked(emptyAdmission(5), request('a'), request('a'));
    expect(state.queue).toHaveLength(1);
    expect(asked(grant(state).state, request('a')).queue).toEqual([]);
  });

  const REQUEST = fc.record({
    weight: fc.integer({ min: 1, max: 4 }),
    priority: fc.integer({ min: 1, max: 5 }),
    team: fc.constantFrom('red', 'blue', 'green'),
  });
  const EVENT = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), request: REQUEST }),
    fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('restart' as const) }),
  );

  it('never goes above its limit, loses no request and lets everybody in at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(EVENT, { maxLength: 60 }), (limit, events) => {
        let state = emptyAdmission(limit);
        const open = new Set<string>();
        let count = 0;
        const settle = (): void => {
          state = grant(state).state;
          expect(used(state)).toBeLessThanOrEqual(limit);
          expect(new Set(ids([...state.holders, ...state.queue]))).toEqual(open);
          expect(grant(state).granted).toEqual([]);
        };
        for (const event of events) {
          if (event.kind === 'ask') {
            const next = request(`q${count++}`, event.request);
            open.add(next.id);
            state = ask(state, next, limit);
          } else if (event.kind === 'leave') {
            const all = [...state.holders, ...state.queue];
            const gone = all[event.which % Math.max(1, all.length)];
            if (gone === undefined) continue;
            open.delete(gone.id);
            state = leave(state, gone.id);
          } else state = JSON.parse(JSON.stringify(state)) as AdmissionState;
          settle();
        }
        for (let rounds = 0; open.size > 0; rounds++) {
          expect(rounds).toBeLessThan(100);
          for (const { id } of state.holders) {
            open.delete(id);
            state = leave(state, id);
          }
          settle();
        }
        expect(state).toMatchObject({ holders: [], queue: [], served: {} });
      }),
    );
  });

  it('starves nobody: however many urgent ones keep coming, the least urgent gets in', () => {
    let state = asked(emptyAdmission(1), request('patient', { priority: 5 }));
    state = asked(leave(state, 'nobody'), request('u0', { priority: 1 }));
    for (let round = 0; ; round++) {
      expect(round).toBeLessThanOrEqual(MAX_OVERTAKEN + 1);
      const { state: next, granted } = grant(state);
      if (ids(granted).includes('patient')) return;
      state = asked(
        granted.reduce((before, { id }) => leave(before, id), next),
        request(`u${round + 1}`, { priority: 1 }),
      );
    }
  });

  it('shares evenly between teams that always have something waiting', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 2, 3), { minLength: 30, maxLength: 60 }), (weights) => {
        let state = emptyAdmission(3);
        const served: Record<string, number> = { red: 0, blue: 0 };
        let count = 0;
        for (const weight of weights) {
          for (const team of ['red', 'blue']) {
            while (state.queue.filter((one) => one.team === team).length < 4)
              state = ask(state, request(`n${count++}`, { team, weight }), 3);
          }
          const { state: next, granted } = grant(state);
          for (const one of granted) served[one.team] = (served[one.team] ?? 0) + one.weight;
          state = granted.reduce((before, { id }) => leave(before, id), next);
        }
        expect(Math.abs((served['red'] ?? 0) - (served['blue'] ?? 0))).toBeLessThanOrEqual(6);
      }),
      { numRuns: 50 },
    );
  });
});

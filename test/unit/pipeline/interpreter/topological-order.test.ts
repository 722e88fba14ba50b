import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findCycle, topologicalOrder } from '../../../../src/pipeline/plan/topological-order.js';

const graph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc
      .array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 24 })
      .map((edges) =>
        Array.from({ length: size }, (_, id) => ({
          id: `s${id}`,
          needs: edges.filter(([to]) => to === id).map(([, from]) => `s${from}`),
        })),
      ),
  );

describe('the topological order', () => {
  it('keeps the declared order where it can', () => {
    const { order } = topologicalOrder([
      { id: 'c', needs: ['a'] },
      { id: 'a', needs: [] },
      { id: 'b', needs: [] },
    ]);
    expect(order.map((step) => step.id)).toEqual(['a', 'c', 'b']);
  });

  it('puts every step after its needs, and leaves out exactly what lies on or behind a cycle', () => {
    fc.assert(
      fc.property(graph, (steps) => {
        const { order, cyclic } = topologicalOrder(steps);
        expect(order.length + cyclic.length).toBe(steps.length);
        const done = new Set<string>();
        for (const step of order) {
          expect(step.needs.every((need) => done.has(need))).toBe(true);
          done.add(step.id);
        }
        expect(cyclic.every((step) => step.needs.some((need) => !done.has(need)))).toBe(true);
      }),
    );
  });

  it('shows a real cycle', () => {
    fc.assert(
      fc.property(graph, (steps) => {
        const { cyclic } = topologicalOrder(steps);
        fc.pre(cyclic.length > 0);
        const cycle = findCycle(cyclic);
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle[0]).toBe(cycle.at(-1));
        for (const [index, id] of cycle.slice(1).entries()) {
          expect(steps.find((step) => step.id === id)?.needs).toContain(cycle[index]);
        }
      }),
    );
  });
});

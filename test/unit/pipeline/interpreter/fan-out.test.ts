import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PlanStep } from '../../../../src/contracts/plan.js';
import { definePipeline, partitionsOf, range } from '../../../../src/index.js';
import type { MapLimits } from '../../../../src/contracts/stages/map.js';
import {
  admittedLimits,
  allowedFailures,
  mapLimits,
  shardSize,
  sharesOf,
  shardRanges,
} from '../../../../src/pipeline/interpreter/fan-out.js';
import { define, found, trained } from '../flights.js';

const EVENTS = 4_000;
const run = (): null => null;

describe('the division of a map', () => {
  it('covers every item once and in order, with no more shards than one workflow may start', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5_000 }),
        fc.nat({ max: 500_000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 2, max: 200 }),
        (from, count, size, most) => {
          const ranges = shardRanges({ from, to: from + count }, { size, most });
          expect(ranges.length).toBeLessThanOrEqual(most);
          let at = from;
          for (const part of ranges) {
            expect(part.from).toBe(at);
            expect(part.to).toBeGreaterThan(part.from);
            // What a shard is to divide again has whole pages before its last.
            expect((part.from - from) % size).toBe(0);
            at = part.to;
          }
          expect(at).toBe(from + count);
          if (count <= size * most) expect(ranges.every((part) => part.to - part.from <= size)).toBe(true);
        },
      ),
    );
  });

  it('shares all of the concurrency and no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 200 }), (concurrency, shards) => {
        const shares = sharesOf(concurrency, shards);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(concurrency);
        expect(shares.length).toBeLessThanOrEqual(shards);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('gives each shard as much to do as those beside it', () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 100_000 }),
      most: fc.integer({ min: 1, max: 500 }),
      concurrency: fc.integer({ min: 1, max: 2_000 }),
    });
    fc.assert(
      fc.property(sizes, ({ count, most, concurrency }) => {
        const size = shardSize(count, most, concurrency);
        const shards = Math.ceil(count / size);
        const atOnce = sharesOf(concurrency, shards).length;
        const rounds = Math.ceil(shards / atOnce);
        expect(size).toBeLessThanOrEqual(most);
        // No part of the concurrency has more to do than an even share of it all, but for one item a round.
        expect(rounds * size).toBeLessThanOrEqual(Math.ceil(count / atOnce) + rounds);
      }),
    );
    expect(shardSize(501, 500, 100)).toBe(251);
    expect(shardSize(5_500, 500, 100)).toBe(275);
    expect(shardSize(5_500, 500, 1)).toBe(500);
  });

  it('allows as many failures as leave the ratio, also where the ratio is not exact in binary', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), fc.integer({ min: 0, max: 1_000 }), (count, thousandths) => {
        const allowed = allowedFailures(count, thousandths / 1_000);
        expect((count - allowed) * 1_000).toBeGreaterThanOrEqual(count * thousandths);
        if (allowed < count) expect((count - allowed - 1) * 1_000).toBeLessThan(count * thousandths);
      }),
    );
    expect(allowedFailures(100, 0.07)).toBe(93);
  });

  it('keeps the history of every workflow short, however wide and deep the body is', () => {
    const bodies = fc.array(fc.constantFrom<'step' | 'light' | 'call' | 'map'>('step', 'light', 'call', 'map'), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(bodies, (kinds) => {
        const steps = kinds.map(
          (kind) => ({ kind: kind === 'light' ? 'step' : kind, ...(kind === 'light' ? { light: true } : {}) }) as PlanStep,
        );
        const events = kinds.reduce((sum, kind) => sum + { step: 6, light: 1, call: 10, map: 400 }[kind], 0);
        const { inline, shard, shards } = mapLimits(steps);
        expect(inline * events).toBeLessThan(EVENTS);
        expect(shard === 1 || shard * events < EVENTS).toBe(true);
        expect(shards * 10).toBeLessThan(EVENTS);
        const admitted = admittedLimits({ inline, shard, shards });
        expect(admitted.inline * events * 3).toBeLessThan(EVENTS);
        expect(admitted.shard === 1 || admitted.shard * events * 3 < EVENTS).toBe(true);
      }),
    );
  });

  it('leaves less to each of several maps in one pipeline', () => {
    const limitsOf = (maps: number): MapLimits => {
      const { plan } = definePipeline('wide', { params: {} }, (p) => {
        for (let n = 0; n < maps; n++) p.map(`m${n}`, range(5), (item) => p.step(`s${n}`, { inputs: { item }, run }));
      });
      return plan.steps[0]?.config['limits'] as MapLimits;
    };
    expect(limitsOf(1)).toEqual({ inline: 200, shard: 500, shards: 200 });
    expect(limitsOf(4).inline * 6 * 4).toBeLessThan(EVENTS);
  });
});

describe('a map in a pipeline', () => {
  it('names its items, its body and the sizes in the plan', () => {
    const { plan } = define((p) => {
      const { raw } = trained(p);
      p.map('parts', partitionsOf(raw), (part) => p.step('rows', { inputs: { part, raw }, run: (inputs) => inputs.part.rows }), {
        concurrency: 3,
      });
    });
    const step = plan.steps.find(({ id }) => id === 'parts');
    expect(step).toMatchObject({
      kind: 'map',
      needs: ['ingest'],
      inputs: { items: { step: 'ingest' } },
      config: { id: 'parts', items: { from: 'partitions' }, concurrency: 3, minSuccess: 1 },
      body: {
        steps: [{ id: 'rows', inputs: { part: { step: 'parts.item' }, raw: { step: 'ingest' } } }],
        result: { step: 'rows' },
      },
    });
  });

  it('has no approval and no blocking step inside, at any depth', () => {
    const wrong = found((p) => {
      p.map('outer', [1, 2], () => {
        p.approval('ask', { message: 'really?' });
        p.map('inner', range(3), (item) => p.step('block', { inputs: { item }, onFailure: 'block', run }));
      });
    });
    expect(wrong.toSorted()).toEqual(['inside-a-map ask', 'inside-a-map block.onFailure']);
  });

  it('checks its numbers and its items', () => {
    const wrong = found((p) => {
      p.map('a', [1], (item) => p.step('s', { inputs: { item }, run }), { concurrency: 0, minSuccess: 1.5 });
      p.map('b', 'abc' as unknown as string[], (item) => p.step('t', { inputs: { item }, run }));
      p.map('c', range(-1), (item) => p.step('u', { inputs: { item }, run }));
    });
    expect(wrong.toSorted()).toEqual(['map b.items', 'range a.concurrency', 'range a.minSuccess', 'range c.items']);
  });
});

import { inspect, isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { PlanStep } from '../../../src/contracts/plan.js';
import { definePipeline, gt, type PipelineBuilder, type Reference } from '../../../src/index.js';
import { fieldOf, isReference } from '../../../src/pipeline/references/reference.js';
import { define, trained } from './flights.js';

const asValue = expect.objectContaining({ code: 'AUTHORING_REFERENCE_AS_VALUE' });

describe('a reference', () => {
  it('is no JSON, no string and no number', () => {
    define((p) => {
      const { model } = trained(p);
      expect(() => JSON.stringify({ model })).toThrow(/reference to step "train" was used as JSON/);
      expect(() => 'models/' + (model as unknown as string)).toThrow(/"train" was used as a string/);
      expect(() => Number(model)).toThrow(/"train" was used as a number/);
      expect(() => encodeURIComponent(model as unknown as string)).toThrow(asValue);
    });
  });

  it('to a parameter is a marker in JSON and nothing else', () => {
    define((p) => {
      trained(p);
      expect(JSON.stringify(p.params.trees)).toBe('{"$param":"trees"}');
      expect(() => 'models/' + (p.params.trees as unknown as string)).toThrow(
        /parameter "trees" was used as a string or a number/,
      );
      expect(() => (p.params.trees as unknown as number) * 2).toThrow(asValue);
    });
  });
});

interface Score {
  readonly auc: number;
  readonly parts: { readonly left: { readonly rows: number | null } | null };
  readonly then: number;
}
const NO_PARAMETERS = Object.freeze({});

/** The plan's steps of a pipeline whose builder gets the reference of a step that gives a `Score`. */
function stepsWith(use: (reference: Reference<Score>, p: PipelineBuilder<typeof NO_PARAMETERS>) => void): readonly PlanStep[] {
  return definePipeline('fields', (p) => {
    use(p.step('score', { run: (): Score => ({ auc: 0.8, parts: { left: null }, then: 1 }) }), p);
  }).plan.steps;
}

describe('a field of a reference', () => {
  it('is a reference at any depth, of the same step, and the same each time', () => {
    stepsWith((whole) => {
      const { rows } = whole.parts.left;
      expect(isReference(rows)).toBe(true);
      expect(rows).toBe(whole.parts.left.rows);
      expect(fieldOf(rows)).toMatchObject({ path: ['parts', 'left', 'rows'] });
      expect(fieldOf(rows).base).toBe(whole);
      expect(fieldOf(whole)).toMatchObject({ base: whole, path: [] });
    });
  });

  it('stands in inputs, conditions, order, and where a loop starts', () => {
    const [, used, , looped] = stepsWith((whole, p) => {
      p.step('used', { inputs: { auc: whole.auc, rows: whole.parts.left.rows }, run: () => 1 });
      p.when(gt(whole.auc, 0.5), () => p.step('good', { after: [whole.parts], run: () => 1 }));
      p.loop('looped', {
        times: 2,
        start: whole.parts.left,
        body: (previous) => p.step('round', { inputs: { rows: previous.rows }, run: ({ rows }) => ({ rows }) }),
        until: (last) => gt(last.rows, 1),
      });
    });
    expect(used?.inputs).toEqual({
      auc: { step: 'score', path: ['auc'] },
      rows: { step: 'score', path: ['parts', 'left', 'rows'] },
    });
    expect(looped).toMatchObject({
      inputs: { start: { step: 'score', path: ['parts', 'left'] } },
      config: { until: { conditions: [{ op: 'gt', left: { step: 'looped.last', path: ['rows'] } }] } },
      body: { steps: [{ inputs: { rows: { step: 'looped.previous', path: ['rows'] } } }] },
    });
  });

  it('is no JSON, no string and no number, and says which field it is', () => {
    stepsWith(({ parts }) => {
      const rows = parts.left.rows as unknown;
      expect(() => JSON.stringify({ rows })).toThrow('the field "parts.left.rows" of step "score" was used as JSON');
      expect(() => encodeURIComponent(rows as string)).toThrow(
        'the field "parts.left.rows" of step "score" was used as a string',
      );
      expect(() => (rows as number).toString()).toThrow('was used as a string');
      expect(() => (rows as number).toLocaleString()).toThrow('was used as a string');
      expect(() => (rows as number) > 1).toThrow('was used as a number');
      expect(() => Object.assign(parts, { left: 1 })).toThrow(TypeError);
    });
  });

  it('is not awaited, even when it is called then', async () => {
    const references: unknown[] = [];
    stepsWith((whole) => references.push(whole, whole.then, whole.parts));
    for (const reference of references) {
      expect(typeof (reference as { readonly then: unknown }).then).toBe('object');
      expect(await reference).toBe(reference);
      expect(await Promise.resolve(reference)).toBe(reference);
    }
  });

  it('prints what it is', () => {
    stepsWith((whole) => {
      expect(inspect(whole)).toBe('[reference to step "score"]');
      expect(inspect(whole.parts.left.rows, { showProxy: true })).toContain('parts.left.rows');
      expect(inspect([whole.auc])).toBe('[ [reference to the field "auc" of step "score"] ]');
    });
  });

  it('can be compared and looked at', () => {
    stepsWith((whole) => {
      expect(whole.parts).toEqual(whole.parts);
      expect({ whole }).not.toEqual({ whole: 1 });
      expect(isDeepStrictEqual(whole, whole)).toBe(true);
      expect(Object.keys(whole)).toEqual([]);
      expect('auc' in whole).toBe(false);
      expect(Object.prototype.toString.call(whole)).toBe('[object Object]');
      expect(structuredCloneFails(whole)).toBe(true);
    });
  });

  it('has no name that every object has', () => {
    stepsWith((whole) => {
      for (const name of ['constructor', 'hasOwnProperty', 'isPrototypeOf', 'toJSON', 'toString', 'valueOf', '__proto__'])
        expect(isReference((whole as unknown as Record<string, unknown>)[name])).toBe(false);
    });
  });
});

function structuredCloneFails(value: unknown): boolean {
  try {
    structuredClone(value);
    return false;
  } catch {
    return true;
  }
}

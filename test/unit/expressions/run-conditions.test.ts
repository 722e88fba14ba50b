import { describe, expect, it } from '@jest/globals';
import {
  abs,
  add,
  and,
  definePipeline,
  div,
  eq,
  gt,
  isNull,
  lte,
  mul,
  ne,
  neg,
  not,
  or,
  param,
  sub,
} from '../../../src/index.js';
import type { JsonValue } from '../../../src/contracts/json.js';
import type { Condition } from '../../../src/contracts/plan/condition.js';
import type { PipelineBuilder, RunCondition, Reference } from '../../../src/index.js';
import { describeCondition, evaluateCondition, operandsRead } from '../../../src/pipeline/interpreter/evaluate-condition.js';

const params = { limit: param.number({ default: 10 }), careful: param.boolean({ default: true }) };
interface Measured {
  readonly error: number | null;
  readonly before: number;
  readonly ready: boolean;
}
type Build = (p: PipelineBuilder<typeof params>, measured: Reference<Measured>) => RunCondition;

function conditionOf(build: Build): Condition {
  const { plan } = definePipeline('asking', { params }, (p) => {
    const measured = p.step('measured', { run: (): Measured => ({ error: 1, before: 2, ready: true }) });
    p.when(build(p, measured), () => p.step('then', { run: () => null }));
  });
  const condition = plan.steps.find(({ id }) => id === 'then')?.when?.[0]?.condition;
  if (condition === undefined) throw new Error('the step has no condition');
  return condition;
}

/** What it says when `measured` has given this. */
function answer(build: Build, measured: JsonValue, parameters: { readonly [name: string]: JsonValue } = {}): boolean {
  const values: { readonly [name: string]: JsonValue } = { limit: 10, careful: true, ...parameters };
  return evaluateCondition(conditionOf(build), { parameter: (name) => values[name], result: () => measured });
}

describe('conditions of a run', () => {
  it('compute with results and parameters', () => {
    const build: Build = (p, measured) => gt(div(abs(sub(measured.before, measured.error)), p.params.limit), 0.25);
    expect(answer(build, { error: 5, before: 2 })).toBe(true);
    expect(answer(build, { error: 4, before: 2 })).toBe(false);
    expect(describeCondition(conditionOf(build))).toBe('(abs(measured.before - measured.error)) / parameter limit > 0.25');
    expect(operandsRead(conditionOf(build)).map(({ path }) => path)).toEqual([['before'], ['error']]);
    const other: Build = (_, measured) => lte(add(mul(measured.before, 2), 1), neg(-5));
    expect([answer(other, { before: 2 }), answer(other, { before: 3 })]).toEqual([true, false]);
  });

  it('ask for null, also of what is computed from it, and fail where a null is compared', () => {
    const build: Build = (_, measured) => or(isNull(add(measured.error, 1)), gt(measured.error, 3));
    expect([answer(build, { error: null }), answer(build, { error: 4 }), answer(build, { error: 3 })]).toEqual([
      true,
      true,
      false,
    ]);
    const compared: Build = (_, measured) => gt(add(measured.error, 1), 3);
    expect(() => answer(compared, { error: null })).toThrow(expect.objectContaining({ code: 'EXECUTION_CONDITION_UNDECIDED' }));
  });

  it('fail where a number is not finite', () => {
    const build: Build = (p, measured) => gt(div(1, sub(measured.before, p.params.limit)), 0);
    expect(answer(build, { before: 11 })).toBe(true);
    expect(() => answer(build, { before: 10 })).toThrow('is no finite number');
  });

  it('take booleans as they are', () => {
    expect([true, false].map((careful) => answer((p) => p.params.careful, {}, { careful }))).toEqual([true, false]);
    const build: Build = (p, measured) => and(not(p.params.careful), measured.ready);
    expect(answer(build, { ready: true }, { careful: false })).toBe(true);
    expect(answer(build, { ready: false }, { careful: false })).toBe(false);
    const alike: Build = (p, measured) => eq(p.params.careful, gt(measured.before, 1));
    const unlike: Build = (p, measured) => ne(gt(measured.before, 1), p.params.careful);
    for (const careful of [true, false])
      for (const before of [0, 2]) {
        expect(answer(alike, { before }, { careful })).toBe(careful === before > 1);
        expect(answer(unlike, { before }, { careful })).toBe(careful !== before > 1);
      }
  });

  it('keep the shape of a plan for a question for null', () => {
    expect(conditionOf((_, measured) => not(isNull(measured.error)))).toEqual({
      op: 'not',
      condition: { op: 'eq', left: { step: 'measured', path: ['error'] }, right: { value: null } },
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheKey, componentsOf } from '../../../src/cache/cache-key.js';
import { pipelineCode } from '../../../src/cache/code/pipeline-code.js';
import { changesBetween } from '../../../src/cache/explain-change.js';
import type { StepTask } from '../../../src/contracts/run.js';
import type { CacheComponents } from '../../../src/contracts/store/cache.js';
import { definePipeline, param } from '../../../src/index.js';
import { parametersRead } from '../../../src/pipeline/captures/parameters-read.js';

describe('the parameters that a function reads', () => {
  it.each<[string, readonly string[]]>([
    ['() => 3', []],
    ['(inputs) => inputs.a', []],
    ['(_, context) => context.parameters.a + context.parameters["b"]', ['a', 'b']],
    ['(_, context) => context.parameters?.a ?? context?.parameters.b', ['a', 'b']],
    ['(_, { parameters, log }) => { log.info("x"); return [1].map((n) => n + parameters.a); }', ['a']],
    ['(_, { parameters: { a, "b": [c = 1] } }) => a', ['a', 'b']],
    [
      'async (_, context) => { const { parameters: p, signal } = context; const { x, ...rest } = p.a; return [p.b, x, rest, signal]; }',
      ['a', 'b'],
    ],
    ['function (_, context) { var p = context.parameters; return p.a.toString(); }', ['a']],
    ['run(_, context) { context.metric("n", context.parameters.a); return context.step; }', ['a']],
    ['(_, context) => { const { a } = context.parameters; return { a, parameters: 1 }; }', ['a']],
    ['(inputs, context) => inputs.context.parameters.b + inputs.parameters + context.seed', []],
  ])('%s', (text, names) => {
    expect(parametersRead(text)).toEqual(names);
  });

  it.each([
    '(_, context) => other(context)',
    '(_, context) => other(context.parameters)',
    '(_, context) => context.parameters[name]',
    '(_, context) => context["para" + "meters"].a',
    '(_, context) => ({ context })',
    '(_, context) => ({ ...context.parameters })',
    '(_, { parameters: { a, ...rest } }) => rest',
    '(_, { log, ...rest }) => rest.parameters.a',
    '(_, ...rest) => rest[0].parameters.a',
    '(...all) => all[1].parameters.a',
    'function () { return arguments[1].parameters.a; }',
    'function f() { return f["arguments"][1].parameters.a; }',
    '(_, context) => eval("context.parameters.a")',
    '(_, context) => { let p = context.parameters; p = 1; return p.a; }',
    '(_, context) => { const c = context; { const c = { parameters: 1 }; return c.parameters; } }',
    '(_, context) => [context].map((context) => context.parameters.a)',
    '(_, context) => context.parameters.valueOf()',
    '(_, context) => context.parameters.a()',
    '(_, context) => { context.parameters.a = f; return 1; }',
    '(_, context) => { context.log = function () { return this.parameters.a; }; return context.log(); }',
    '(_, context) => { for (const name in context.parameters) return name; }',
    '(_, context) => { [context.parameters.a] = [f]; }',
    '(_, context) => { ({ a: context.log } = { a: f }); }',
    '(_, { ["parameters"]: p }) => p[name]',
    '(_, context = {}) => context.parameters.a',
    '(_, context) => context.temporal.x',
    '(_, context) => { delete context.parameters.a; }',
    'function () { [native code] }',
    'class { }',
    'not a function',
  ])('cannot be told: %s', (text) => {
    expect(parametersRead(text)).toBeNull();
  });

  it('alone count in the key of a step', async () => {
    const pipeline = definePipeline('reading', { params: { a: param.integer(), b: param.integer() } }, (p) => {
      p.step('some', { cache: true, run: (_, { parameters }) => parameters.a });
      p.step('any', { cache: true, run: (_, { parameters }) => Object.keys(parameters).length });
    });
    const componentsWith = async (step: string, b: number): Promise<CacheComponents> => {
      const code = await pipelineCode(pipeline);
      const task = { kind: 'step', operation: step, parameters: { a: 1, b }, inputs: {}, config: {}, arguments: {} } as unknown;
      const sources = { code: {}, seed: 1, reads: {}, environment: {}, parametersRead: code.parametersRead(step) };
      return componentsOf(task as StepTask, sources);
    };
    expect(cacheKey(await componentsWith('some', 1))).toBe(cacheKey(await componentsWith('some', 2)));
    expect(cacheKey(await componentsWith('any', 1))).not.toBe(cacheKey(await componentsWith('any', 2)));
    expect(changesBetween(await componentsWith('any', 1), await componentsWith('any', 2))).toEqual([
      'parameter b changed: 1 -> 2',
    ]);
  });

  /** Ways to get at the context, at the parameters of it and at a parameter of these, put together at random. */
  const head = fc.constantFrom(
    ['(_, context) =>', 'context'],
    ['(_, { parameters, ...others }) =>', '{ parameters, ...others }'],
    ['(_, { parameters }) =>', '{ parameters }'],
    ['function (_, context)', 'context'],
    ['function ()', 'arguments[1]'],
    ['(...all) =>', 'all[1]'],
  );
  /** Half of them the plain one, so that many texts can be told. */
  const oneOf = (plain: string, ...others: readonly string[]) => fc.oneof(fc.constant(plain), fc.constantFrom(...others));
  const context = oneOf(
    '%',
    '(%)',
    'id(%)',
    '[%][0]',
    '({ x: % }).x',
    '(() => %)()',
    '(0, %)',
    '(true ? % : null)',
    'Object.assign({}, %)',
  );
  const parameters = oneOf(
    '%.parameters',
    ...['%["parameters"]', '%?.parameters', '%[key]', '(({ parameters: p }) => p)(%)', 'id(%.parameters)'],
    ...['({ ...%.parameters })', '%.parameters.valueOf()'],
  );
  const parameter = oneOf(
    '%.NAME',
    ...['%["NAME"]', '%?.NAME', '%[name]', '(({ NAME: v }) => v)(%)', 'Reflect.get(%, name)', 'Object.values(%)[index]'],
    'JSON.parse(JSON.stringify(%)).NAME',
  );
  const body = fc.constantFrom(
    'return #;',
    'const { NAME: v } = $; return v;',
    'const { ...v } = $; return v.NAME;',
    'const p = $; return p.NAME;',
    'let p; p = $; return p.NAME;',
    'const c = @; return c.parameters.NAME;',
    'const c = @; const inner = () => c.parameters; return inner().NAME;',
    'const { parameters: p } = @; { const q = p; return q.NAME; }',
    'for (const [k, v] of Object.entries($)) if (k === name) return v;',
  );

  it('are all that it reads, however it does so', () => {
    const names = ['year', 'trees'];
    const given = { year: 'of the year', trees: 'of the trees' };
    let told = 0;
    fc.assert(
      fc.property(
        head,
        context,
        parameters,
        parameter,
        body,
        fc.nat(1),
        ([start, base], toContext, toParameters, toOne, form, index) => {
          const name = names[index] ?? '';
          const at = toContext.replace('%', base.startsWith('{') ? '({ parameters })' : base);
          const inParameters = base.startsWith('{') && toContext === '%' ? 'parameters' : toParameters.replace('%', at);
          const read = toOne.replace('%', inParameters);
          const text = `${start} { ${form.replace('#', read).replace('$', inParameters).replace('@', at)} }`.replaceAll(
            'NAME',
            name,
          );
          // eslint-disable-next-line @typescript-eslint/no-implied-eval -- functions made of text are what is tested
          const make = new Function('id', 'key', 'name', 'index', `return ${text};`) as (
            ...around: unknown[]
          ) => (...given: unknown[]) => unknown;
          const run = make((value: unknown) => value, 'parameters', name, index);
          const found = parametersRead(String(run));
          expect(run({}, { parameters: given })).toBe(given[name as 'year']);
          if (found === null) return;
          told++;
          expect(found).toContain(name);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(told).toBeGreaterThan(50);
  });
});

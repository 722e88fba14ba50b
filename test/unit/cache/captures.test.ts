import { describe, expect, it } from '@jest/globals';
import { freeVariables } from '../../../src/pipeline/captures/free-variables.js';
import { type Captures, readCaptures } from '../../../src/pipeline/captures/read-captures.js';
import { type AnyFunction, ScopeReader } from '../../../src/pipeline/captures/scope-reader.js';
import { definePipeline } from '../../../src/index.js';

const TOP = { limit: Number('7') };
class Scaler {
  readonly #factor: number;
  constructor(factor: number) {
    this.#factor = factor;
  }
  scale(x: number): number {
    return x * this.#factor;
  }
}
const topScaler = new Scaler(2);

function capturesOf(run: AnyFunction): Captures {
  const reader = new ScopeReader();
  try {
    return readCaptures(run, reader);
  } finally {
    reader.close();
  }
}
const hashOf = (run: AnyFunction): string => JSON.stringify(capturesOf(run).hashes);
const problemsOf = (run: AnyFunction): string[] => capturesOf(run).problems.map(({ name, what }) => `${name}: ${what}`);

describe('what a function captures', () => {
  it('counts by value: of a factory, a default, a loop, a block, a helper and what is bound', () => {
    const scale =
      (factor = 2) =>
      (x: number) =>
        x * factor;
    const loops = [1, 2].map((n) => () => n);
    const viaHelper = (factor: number): AnyFunction => {
      const helper = (x: number): number => x * factor;
      return (x: number) => helper(x) + 1;
    };
    const bound = (factor: number): AnyFunction => ((by: number, x: number) => by * x).bind(null, factor);
    const pairs: [AnyFunction, AnyFunction][] = [
      [scale(2), scale(3)],
      [scale(), scale(3)],
      [loops[0] ?? scale(), loops[1] ?? scale()],
      [viaHelper(2), viaHelper(3)],
      [bound(2), bound(3)],
    ];
    for (const [one, other] of pairs) expect(hashOf(one)).not.toBe(hashOf(other));
    expect(hashOf(scale(2))).toBe(hashOf(scale()));
    expect(hashOf(viaHelper(2))).toBe(hashOf(viaHelper(2)));
    expect(hashOf(bound(2))).toBe(hashOf(bound(2)));
    expect(Object.keys(capturesOf(scale(2)).hashes)).toEqual(['factor']);
  });

  it('counts by everything that a value says', () => {
    const values: unknown[] = [
      ...[undefined, null, 0, -0, Number.NaN, Infinity, 1n, '1', 1, true, 'undefined', [], {}, [undefined], [[]], { a: 1 }],
      ...[{ a: 1, b: 2 }, { b: 2, a: 1 }, new Date(0), new Date(1), /a/, /a/g, new Map([[1, 2]]), new Set([1]), new Set([1, 2])],
      ...[
        new Uint8Array([1, 2]),
        new Int8Array([1, 2]),
        new Uint8Array([1, 2]).buffer,
        ['1n'],
        () => 1,
        () => 2,
        Math.max,
        Math.min,
      ],
    ];
    const hashes = values.map((value) => hashOf(() => value));
    expect(new Set(hashes).size).toBe(values.length);
    const cyclic: { self?: unknown; n: number } = { n: 1 };
    cyclic.self = cyclic;
    expect(problemsOf(() => cyclic)).toEqual([]);
  });

  it('counts at the top of a file where the value is plain, and by the text of the file otherwise', () => {
    expect(Object.keys(capturesOf(() => TOP.limit + topScaler.scale(1)).hashes)).toEqual(['TOP']);
    expect(problemsOf(() => topScaler.scale(1))).toEqual([]);
  });

  it('is refused where two runs cannot compare it', () => {
    const scaler = new Scaler(2);
    const options = { deep: [{ scaler }] };
    let count = 0;
    const helper = (): number => scaler.scale(1);
    const proxy = new Proxy({}, {});
    const computed = Object.defineProperty({}, 'now', { enumerable: true, get: () => 1 });
    const promise = Promise.resolve(1);
    const make = function (this: { n: number }): AnyFunction {
      return () => this.n;
    };
    expect(problemsOf(() => scaler.scale(1))).toEqual(['scaler: an instance of Scaler']);
    expect(problemsOf(() => options)).toEqual(['options: an instance of Scaler']);
    expect(problemsOf(() => helper())).toEqual(['scaler: an instance of Scaler']);
    expect(problemsOf(() => ++count)).toEqual(['count: a variable that the function gives new values to']);
    expect(problemsOf(() => proxy)).toEqual(['proxy: a proxy']);
    expect(problemsOf(() => computed)).toEqual(['computed: an object whose "now" is computed']);
    expect(problemsOf(() => promise)).toEqual(['promise: an instance of Promise']);
    expect(problemsOf(make.call({ n: 1 }))).toEqual(['this: an object that only a run knows']);
    expect(problemsOf(scaler.scale.bind(scaler) as AnyFunction)).toEqual(['bind self: an instance of Scaler']);
    expect(problemsOf(scaler.scale.bind(scaler, 1) as AnyFunction)).toEqual(['bind self: an instance of Scaler']);
  });

  it('finds exactly the variables that a text does not declare', () => {
    const namesOf = (text: string): readonly string[] | undefined => freeVariables(text)?.names;
    expect(namesOf('({ a, b: [c = d], ...e }, f = g) => a + c + e + f + h.i + j[k]')).toEqual(['d', 'g', 'h', 'j', 'k']);
    expect(namesOf('function f() { var a = b; { let c = a; function d() { return c + f } return d } }')).toEqual(['b']);
    expect(namesOf('() => { for (const a of b) { for (let i = 0; i < a; i++) c(i) } return i }')).toEqual(['b', 'c', 'i']);
    expect(
      namesOf('() => { try { a() } catch ({ message }) { b: for (;;) { break b } } return { c, message: 1, [d]: 2 } }'),
    ).toEqual(['a', 'c', 'd']);
    expect(namesOf('async run(x) { class A extends B { static c = x; d() { return A } } return new A() }')).toEqual(['B']);
    expect(namesOf('() => { switch (a) { case 1: let b = 2; return b } }')).toEqual(['a']);
    expect(namesOf('() => import.meta.url + `${a}`')).toEqual(['a']);
    expect(namesOf('function () { [native code] }')).toBeUndefined();
    expect(freeVariables('() => { [a, b.c] = d; e += 1; for (f of g) {} }')?.assigned).toEqual(new Set(['a', 'e', 'f']));
    expect(freeVariables('function () { return () => this }')?.usesThis).toBe(true);
    expect(freeVariables('() => { class A { b() { return this } } return function () { return this } }')?.usesThis).toBe(false);
  });
});

describe('a step with a cache', () => {
  const scaler = new Scaler(2);
  const define = (cache: boolean | { version: string }): unknown => {
    const local = new Scaler(3);
    return definePipeline('capturing', { params: {} }, (p) => {
      p.step('scale', { cache, run: () => local.scale(1) + scaler.scale(1) });
    });
  };

  it('is refused when it captures what cannot be compared, with variable, file, line and cure', () => {
    expect(() => define(true)).toThrow(/captures "local" at test\/unit\/cache\/captures\.test\.ts:\d+, an instance of Scaler/);
    expect(() => define(true)).toThrow(/captures "scaler" .* pass its value as an input or a parameter/);
  });

  it('is taken without a cache, and with a version of its own', () => {
    expect(() => define(false)).not.toThrow();
    expect(() => define({ version: '1' })).not.toThrow();
  });
});

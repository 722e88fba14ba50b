import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheKey, componentsOf } from '../../../src/cache/cache-key.js';
import { contentHashOf } from '../../../src/cache/content-of.js';
import { changesBetween } from '../../../src/cache/explain-change.js';
import type { CacheComponents } from '../../../src/contracts/store/cache.js';
import type { JsonObject, JsonValue } from '../../../src/contracts/json.js';
import type { StepTask } from '../../../src/contracts/run.js';

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
const object = fc.dictionary(fc.string(), json, { maxKeys: 4 });
const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
const components: fc.Arbitrary<CacheComponents> = fc.record({
  kind: fc.constantFrom('step', 'train', 'command'),
  operation: fc.string(),
  code: texts,
  config: object,
  parameters: object,
  inputs: texts,
  arguments: object,
  environment: fc.dictionary(fc.string(), fc.option(fc.string())),
  version: fc.option(fc.string()),
  seed: fc.nat(),
  reads: object,
});

const shuffled = (value: JsonValue): JsonValue => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(shuffled);
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
};

describe('the key of a result', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(components, (some) => {
        expect(cacheKey(shuffled(some as unknown as JsonObject) as unknown as CacheComponents)).toBe(cacheKey(some));
        expect(changesBetween(some, shuffled(some as unknown as JsonObject) as unknown as CacheComponents)).toEqual([]);
      }),
    );
  });

  it('changes with every component, and the change can be told', () => {
    const fields = ['code', 'config', 'inputs', 'arguments', 'environment', 'reads', 'version', 'seed'] as const;
    fc.assert(
      fc.property(components, components, fc.constantFrom(...fields), (before, other, field) => {
        fc.pre(JSON.stringify(shuffled(before[field])) !== JSON.stringify(shuffled(other[field])));
        const now = { ...before, [field]: other[field] };
        fc.pre(contentHashOf(before[field]) !== contentHashOf(now[field]));
        expect(cacheKey(now)).not.toBe(cacheKey(before));
        expect(changesBetween(before, now)).not.toEqual([]);
      }),
    );
  });

  it('depends on all parameters for code of your own only', () => {
    fc.assert(
      fc.property(components, (some) => {
        const other = { ...some, parameters: { ...some.parameters, 'one more': 1 } };
        expect(cacheKey(other) === cacheKey(some)).toBe(some.kind === 'train');
      }),
    );
  });

  it('takes an artifact by its content, wherever it lies', () => {
    const ref = (uri: string, sha256: string): JsonObject => ({ kind: 'dataset', id: 'a', sha256, bytes: 1, uri, meta: {} });
    expect(contentHashOf({ rows: [ref('file:///x', 'aa')] })).toBe(contentHashOf({ rows: [ref('s3://y', 'aa')] }));
    expect(contentHashOf(ref('file:///x', 'aa'))).not.toBe(contentHashOf(ref('file:///x', 'bb')));
  });

  it('holds environment variables as hashes', () => {
    const task: StepTask = {
      run: { pipeline: 'p', planHash: '', workflowId: 'w', runId: 'r' },
      step: 's',
      kind: 'step',
      operation: 'step',
      occurrence: 0,
      config: {},
      inputs: {},
      parameters: {},
      arguments: {},
      cache: { version: 'v', environment: ['CUDA', 'MISSING'], expiresMs: null, use: true },
    };
    const of = (cuda: string): CacheComponents =>
      componentsOf(task, { code: {}, seed: 1, reads: {}, environment: { CUDA: cuda, OTHER: 'x' } });
    expect(Object.keys(of('12').environment)).toEqual(['CUDA', 'MISSING']);
    expect(JSON.stringify(of('12.4-secret'))).not.toContain('12.4-secret');
    expect(changesBetween(of('12'), of('13'))).toEqual(['environment CUDA changed']);
  });
});

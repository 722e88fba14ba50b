import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/contracts/json.js';
import { resolveConfig } from '../../../../src/pipeline/interpreter/resolve-config.js';

describe('resolving a configuration', () => {
  it('replaces markers at any depth and leaves the rest', () => {
    const config = { a: { $param: 'n' }, b: [{ c: { $param: 'list' } }, 1, null], d: { $param: 5 }, e: { $param: 'n', more: 1 } };
    expect(resolveConfig(config, { n: 0, list: [1] })).toEqual({
      a: 0,
      b: [{ c: [1] }, 1, null],
      d: { $param: 5 },
      e: { $param: 'n', more: 1 },
    });
  });

  it('names the parameters there are when one has no value', () => {
    expect(() => resolveConfig({ a: { $param: 'toString' } }, { from: 'x' })).toThrow(
      expect.objectContaining({ code: 'AUTHORING_UNKNOWN_PARAMETER', message: expect.stringContaining('one of from') }),
    );
  });

  it('changes nothing where there is no marker', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        fc.pre(!JSON.stringify(value).includes('$param'));
        expect(resolveConfig(value as JsonObject, {})).toEqual(value);
      }),
    );
  });
});

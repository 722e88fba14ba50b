import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../src/store/json/canonical-json.js';
import { sha256Hex } from '../../../src/store/hash.js';

describe('canonical JSON', () => {
  it('writes the example of RFC 8785, section 3.2.3, in its order of members', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew',
      '1': 'One',
      '\u{1f600}': 'Emoji',
      '\u0080': 'Control',
      ö: 'o',
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"o","€":"Euro Sign","\u{1f600}":"Emoji","\ufb33":"Hebrew"}',
    );
    expect(canonicalJson([1 / 3, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe('[0.3333333333333333,1e+30,4.5,0.002,1e-27,0]');
  });

  it('does not depend on the order in which members were set, and reads back to the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it('names every part that has no JSON form', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const value = { a: [1, NaN], b: { c: Infinity }, d: new Date(0), e: 1n, f: [undefined], g: loop, h: '\ud800' };
    let message = '';
    try {
      canonicalJson(value);
    } catch (error) {
      message = (error as { message: string }).message;
    }
    for (const part of [
      '$.a[1] is NaN',
      '$.b.c is Infinity',
      '$.d is not a plain',
      '$.e is a bigint',
      '$.f[0] is undefined',
      '$.g.self contains',
      '$.h has a lone',
    ]) {
      expect(message).toContain(part);
    }
  });

  it('refuses what is nested deeper than 200, however deep, by its code', () => {
    const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
    expect(canonicalJson(nested(200))).toHaveLength(400);
    for (const depth of [201, 100_000])
      expect(() => canonicalJson(nested(depth))).toThrow(
        expect.objectContaining({ code: 'STORE_JSON_INVALID', message: expect.stringContaining('is nested deeper than 200') }),
      );
  });
});

describe('sha256Hex', () => {
  it('agrees with the test vector "abc" of FIPS 180-4 for text and bytes', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex('abc')).toBe(abc);
    expect(sha256Hex(Buffer.from('abc'))).toBe(abc);
  });
});

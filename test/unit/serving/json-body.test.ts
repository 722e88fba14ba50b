import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJsonBody } from '../../../src/serving/input/json-body.js';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

describe('a JSON body', () => {
  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"rows":[{"x":1},{"y":"}:{","y":null}]}', 'y'],
    ['[[{"b":{"c":[1,2],"d":"\\\\","c":3}}]]', 'c'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":{"x":1},"a":{"y":1}}', 'a'],
    ['{"":1,"":2}', ''],
  ])('%s is refused, for it names %j twice', (text, name) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'SERVING_BODY_MALFORMED', httpStatus: 400 }));
    expect(() => parse(text)).toThrow(`"${name}" twice`);
  });

  it('is read as JSON reads it when no object has a name twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused wherever a member is written twice', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
        fc.nat(),
        (fields, at) => {
          const members = Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
          const again = members[at % members.length] ?? '';
          expect(() => parse(`{"rows": [1, {${[...members, again].join(',')}}]}`)).toThrow('twice in one object');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that is no JSON says so, whatever its colons', () => {
    for (const text of ['{"a"::1}', ':', '{"a":1', '{a:1,a:2}']) expect(() => parse(text)).toThrow('not JSON');
  });
});

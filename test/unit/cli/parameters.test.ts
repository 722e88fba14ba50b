import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { definePipeline, param, validateParameters } from '../../../src/index.js';
import { readParameters } from '../../../src/cli/options/parameters.js';

const SCHEMA = {
  type: 'object',
  properties: {
    from: { type: 'string' },
    trees: { type: 'integer' },
    rate: { type: 'number' },
    dry: { type: 'boolean' },
    tags: { type: 'array' },
  },
};

describe('readParameters', () => {
  it('reads --params, then --param over it, by the declared types', async () => {
    const words = {
      params: '{"from":"2001-01-01","trees":1}',
      param: ['trees=20', 'from=2002', 'rate=0.5', 'dry=true', 'tags=["a"]'],
    };
    expect(await readParameters(words, SCHEMA)).toEqual({ from: '2002', trees: 20, rate: 0.5, dry: true, tags: ['a'] });
  });

  it('reads a value of a list as the one that is written so, and leaves any other to the check of all parameters', async () => {
    const schema = { properties: { year: { enum: ['2001', '2002'] }, size: { enum: [1, 2] } } };
    expect(await readParameters({ param: ['year=2001', 'size=2'] }, schema)).toEqual({ year: '2001', size: 2 });
    expect(await readParameters({ param: ['year=1999'] }, schema)).toEqual({ year: '1999' });
  });

  it('takes JSON as JSON and the rest as text when no schema is known', async () => {
    const words = { param: ['a=1', 'b=x', 'c=null', 'd={"e":2}', 'f=2001-01-01', 'g=a=b', 'h='] };
    expect(await readParameters(words, null)).toEqual({ a: 1, b: 'x', c: null, d: { e: 2 }, f: '2001-01-01', g: 'a=b', h: '' });
  });

  it('a start by name gives a text of `oneOf` as a text, though its word is JSON', async () => {
    const { plan } = definePipeline(
      'years',
      { params: { year: param.oneOf(['2001', '2002']), of: param.list(param.oneOf(['1', 'a'])), size: param.oneOf([1, 2]) } },
      (p) => {
        p.step('only', { run: () => 1 });
      },
    );
    const given = await readParameters({ param: ['year=2001', 'of=[1,"a"]', 'size=2'] }, null);
    expect(given).toEqual({ year: 2001, of: [1, 'a'], size: 2 });
    expect(validateParameters(plan.parameters, given)).toEqual({ year: '2001', of: ['1', 'a'], size: 2 });
    expect(() => validateParameters(plan.parameters, { ...given, year: 1999 })).toThrow(
      'parameter year: expected one of "2001", "2002", got 1999',
    );
  });

  it('reads --params from a file', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-cli-'));
    const file = path.join(folder, 'p.json');
    await fs.writeFile(file, '{"trees": 7}');
    expect(await readParameters({ params: `@${file}`, param: [] }, SCHEMA)).toEqual({ trees: 7 });
    await fs.rm(folder, { recursive: true });
    await expect(readParameters({ params: `@${file}`, param: [] }, SCHEMA)).rejects.toMatchObject({ code: 'CLI_PARAMETERS' });
  });

  it('lists every wrong word at once', async () => {
    await expect(readParameters({ param: ['trees=many', 'rate', 'dry=1'] }, SCHEMA)).rejects.toMatchObject({
      code: 'CLI_PARAMETERS',
      details: {
        problems: ['--param trees=many: expected integer', '--param rate has no name=value', '--param dry=1: expected boolean'],
      },
    });
  });

  it.each([
    ['{from: 1}', 'not JSON'],
    ['[1]', 'not an object'],
    ['3', 'not an object'],
    ['null', 'not an object'],
  ])('refuses --params %s', async (params, why) => {
    await expect(readParameters({ params, param: [] }, null)).rejects.toMatchObject({
      code: 'CLI_PARAMETERS',
      message: expect.stringContaining(why),
    });
  });
});

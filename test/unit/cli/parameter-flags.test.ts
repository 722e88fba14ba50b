import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import fc from 'fast-check';
import { flagName, schemaInWords, variableName } from '../../../src/cli/options/parameters.js';
import { definePipeline, param } from '../../../src/index.js';
import { complete } from '../../../src/cli/completion/complete.js';
import { addParameterFlags, parametersOf, withParameters } from '../../../src/cli/options/with-parameters.js';

/** A parameter of every type, and one whose flag the command has already. */
const params = {
  from: param.date({ default: '2000-01-01' }),
  maxDepth: param.integer({ min: 1, max: 99, default: 6 }),
  rate: param.number({ default: 0.1 }),
  shuffle: param.boolean({ default: true }),
  mode: param.oneOf(['fast', 'good'], { default: 'good' }),
  level: param.oneOf([1, 2], { default: 1 }),
  id: param.string({ default: '' }),
  airports: param.list(param.oneOf(['ATL', 'JFK', 'LAX']), { min: 1, default: ['ATL'], description: 'Where from.' }),
  sizes: param.list(param.integer({ min: 1 }), { default: [] }),
  tags: param.list(param.string(), { default: ['a,b'] }),
};

const pipeline = definePipeline('many-parameters', { params }, (p) => {
  p.step('only', { run: (_inputs, { parameters }) => parameters });
});
let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-parameters-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function commandFor(words: readonly string[]): Promise<Command> {
  const command = withParameters(new Command('run').argument('<file>').option('--id <id>').exitOverride());
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  addParameterFlags(command, pipeline);
  await command.parseAsync(['pipeline.ts', ...words], { from: 'user' });
  return command;
}
const read = async (words: readonly string[], env: Record<string, string> = {}): Promise<unknown> =>
  parametersOf(await commandFor(words), pipeline, env);

describe('parameters of a command line', () => {
  it('have a flag each, read as the declared type', async () => {
    const words = ['--from', '2001-01-01', '--max-depth', '7', '--rate', '0.5', '--no-shuffle', '--mode', 'fast', '--level', '2'];
    expect(await read(words)).toEqual({ from: '2001-01-01', maxDepth: 7, rate: 0.5, shuffle: false, mode: 'fast', level: 2 });
    expect(await read(['--shuffle'])).toEqual({ shuffle: true });
  });

  it('keep a value of a wrong type as it is, for the check of all parameters to name it', async () => {
    expect(await read(['--max-depth', 'deep', '--mode', 'slow'])).toEqual({ maxDepth: 'deep', mode: 'slow' });
  });

  it('come by precedence: flag, --param, --params, environment', async () => {
    const text = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (flag, single, object, variable) => {
        const words = [
          ...(flag === undefined ? [] : ['--max-depth', String(flag)]),
          ...(single === undefined ? [] : ['--param', `maxDepth=${single}`]),
          ...(object === undefined ? [] : ['--params', JSON.stringify({ maxDepth: object })]),
        ];
        const env = variable === undefined ? {} : { PERENNIAL_PARAM_MAX_DEPTH: String(variable) };
        const expected = flag ?? single ?? object ?? variable;
        expect(await read(words, env)).toEqual(expected === undefined ? {} : { maxDepth: expected });
      }),
      { numRuns: 40 },
    );
  });

  it('take a list with commas, by a repeated flag, or as JSON', async () => {
    expect(await read(['--airports', 'ATL,JFK'])).toEqual({ airports: ['ATL', 'JFK'] });
    expect(await read(['--airports', 'ATL', '--airports', 'JFK, LAX', '--sizes', '3'])).toEqual({
      airports: ['ATL', 'JFK', 'LAX'],
      sizes: [3],
    });
    expect(await read(['--tags', '["a,b"]', '--tags=c', '--sizes', ''])).toEqual({ tags: ['a,b', 'c'], sizes: [] });
    expect(await read(['--sizes', '1,two,3'])).toEqual({ sizes: [1, 'two', 3] });
  });

  it('take a list from --param, a file and the environment as well', async () => {
    expect(await read(['--param', 'airports=ATL', '--param', 'airports=JFK', '--param', 'sizes=[1,2]'])).toEqual({
      airports: ['ATL', 'JFK'],
      sizes: [1, 2],
    });
    expect(await read([], { PERENNIAL_PARAM_AIRPORTS: 'LAX,JFK', PERENNIAL_PARAM_SIZES: '7' })).toEqual({
      airports: ['LAX', 'JFK'],
      sizes: [7],
    });
    const yaml = path.join(folder, 'lists.yaml');
    await fs.writeFile(yaml, 'airports: [ATL]\nsizes:\n  - 4\n');
    expect(await read(['--params', `@${yaml}`, '--airports', 'JFK'])).toEqual({ airports: ['JFK'], sizes: [4] });
  });

  it('show lists in the help and complete their items', async () => {
    const command = await commandFor([]);
    const help = command.helpInformation().replaceAll(/\s+/g, ' ');
    expect(help).toContain(
      '--airports <list> Where from. (ATL | JFK | LAX, a list with commas, or repeated, 1 items or more, default ATL)',
    );
    expect(help).toContain('--sizes <list> (integer, at least 1, a list with commas, or repeated, default [])');
    expect(help).toContain('--tags <list> (string, a list with commas, or repeated, default ["a,b"])');
    const program = new Command().addCommand(command);
    expect(await complete(program, ['run', 'pipeline.ts', '--airports', ''])).toEqual(['ATL', 'JFK', 'LAX']);
    expect(await complete(program, ['run', 'pipeline.ts', '--airports', 'ATL', '--air'])).toEqual(['--airports']);
  });

  it('come from a JSON or a YAML file', async () => {
    const json = path.join(folder, 'p.json');
    const yaml = path.join(folder, 'p.yaml');
    await fs.writeFile(json, '{"maxDepth": 3, "from": "2001-01-01"}');
    await fs.writeFile(yaml, 'maxDepth: 4\nfrom: 2001-01-01\nshuffle: true\n');
    expect(await read(['--params', `@${json}`])).toEqual({ maxDepth: 3, from: '2001-01-01' });
    expect(await read(['--params', `@${yaml}`, '--param', 'shuffle=false'])).toEqual({
      maxDepth: 4,
      from: '2001-01-01',
      shuffle: false,
    });
    await fs.writeFile(yaml, 'maxDepth: [1');
    await expect(read(['--params', `@${yaml}`])).rejects.toMatchObject({ code: 'CLI_PARAMETERS' });
    await fs.writeFile(yaml, '- 1\n');
    await expect(read(['--params', `@${yaml}`])).rejects.toThrow(/not an object/);
  });

  it('have no flag where it means something else already', async () => {
    const command = await commandFor(['--id', 'run-1', '--param', 'id=x']);
    expect(command.opts()).toMatchObject({ id: 'run-1' });
    expect(await parametersOf(command, pipeline, {})).toEqual({ id: 'x' });
  });

  it('ignore variables of other pipelines', async () => {
    expect(await read([], { PERENNIAL_PARAM_OTHER: '1', PERENNIAL_PARAM_FROM: '', PERENNIAL_PARAM_RATE: '0.25' })).toEqual({
      rate: 0.25,
    });
  });
});

describe('the name of a parameter', () => {
  it('becomes a flag and a variable', () => {
    expect(['from', 'maxDepth', 'max_depth', 'rateL2'].map(flagName)).toEqual(['from', 'max-depth', 'max-depth', 'rate-l2']);
    expect(variableName('maxDepth')).toBe('PERENNIAL_PARAM_MAX_DEPTH');
  });

  it('is explained in one line', () => {
    expect(schemaInWords({ type: 'integer', minimum: 1, maximum: 9, default: 3, description: 'How deep.' }, false)).toBe(
      'How deep. (integer, at least 1, at most 9, default 3)',
    );
    expect(schemaInWords({ enum: ['fast', 'good'] }, true)).toBe('(fast | good, required)');
  });
});

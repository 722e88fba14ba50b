import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

type Files = { readonly [name: string]: string };
/** A project, what is edited in a copy of it, and the parts of the code of step `a` that must differ then. */
type Case = { readonly files: Files; readonly edit: Files; readonly differs: readonly string[]; readonly main?: string };

const pipeline = (around: string, step: string): string =>
  `import { definePipeline } from 'perennial-ml';\n${around}\nexport default definePipeline('p', { params: {} }, (p) => {\n${step}\n});\n`;
const PLAIN = 'p.step("a", { cache: true, run: () => value() });';
const LINKED = 'link:../packages/features';
const FACTORY = `import { definePipeline } from 'perennial-ml';
export const make = (run: () => number) => definePipeline('p', { params: {} }, (p) => { p.step('a', { cache: true, run }); });
export const makeLater = (run: () => number) => Promise.resolve().then(() => make(run));
`;
const DAYS = `import { defineSource } from 'perennial-ml/extend';\nexport const days = defineSource({
  name: import.meta.url.includes('/edited/') ? 'days' : 'days_before', options: { properties: {} }, load: async function* () { yield { n: 1 }; },
});\n`;
const MADE = `import { make } from './lib/factory.js';\nconst helper = (): number => 1;\nexport default make(() => helper() + 1);\n`;
const scaled = (factor: number): string =>
  pipeline('const scale = (by: number) => () => 2 * by;', `p.step('a', { cache: true, run: scale(${factor}) });`);
const common = (factor: number): string =>
  `const { definePipeline } = require('perennial-ml');\nclass Two { value = 2 }\nconst two = new Two();
const scale = (by) => () => two.value * by;\nmodule.exports = definePipeline('p', { params: {} }, (p) => {
  p.step('a', { cache: true, run: scale(${factor}) });\n});\n`;
const manifest = (name: string): string => JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './src/index.ts' });

const CASES: { readonly [name: string]: Case } = {
  'a helper beside the call of a factory': {
    files: { 'pipeline.ts': MADE, 'lib/factory.ts': FACTORY },
    edit: { 'pipeline.ts': MADE.replace('=> 1;', '=> 101;') },
    differs: ['file ../pipeline.ts'],
  },
  'a helper beside the call of a factory that answers later': {
    files: { 'pipeline.ts': MADE.replaceAll('make', 'makeLater').replace('default', 'default await'), 'lib/factory.ts': FACTORY },
    edit: { 'pipeline.ts': MADE.replaceAll('make', 'makeLater').replace('default', 'default await').replace('=> 1;', '=> 101;') },
    differs: ['file ../pipeline.ts'],
  },
  'a factory': {
    files: { 'pipeline.ts': MADE, 'lib/factory.ts': FACTORY },
    edit: { 'lib/factory.ts': `${FACTORY}export const more = 1;\n` },
    differs: ['file factory.ts'],
  },
  'the file of a kind that a stage uses': {
    files: {
      'pipeline.ts': pipeline(
        `import { col, schema } from 'perennial-ml';\nimport { days } from './days.js';\nconst rows = schema('rows', { n: col.float() });`,
        `p.ingest({ id: 'a', source: days(), schema: rows });`,
      ),
      'days.ts': DAYS,
    },
    edit: { 'days.ts': DAYS.replace('n: 1', 'n: 2') },
    differs: ['kind format days_before', 'module days.ts', 'kind format days'],
  },
  'a package of the workspace': {
    files: {
      'pipeline.ts': pipeline(`import { value } from '@team/features';`, PLAIN),
      'node_modules/@team/features': LINKED,
      'packages/features/package.json': manifest('@team/features'),
      'packages/features/src/index.ts': `export * from './value.js';\n`,
      'packages/features/src/value.ts': 'export const value = (): number => 1;\n',
    },
    edit: { 'packages/features/src/value.ts': 'export const value = (): number => 2;\n' },
    differs: ['module packages/features/src/value.ts'],
  },
  'a value that a factory of functions was given': {
    files: { 'pipeline.ts': scaled(2) },
    edit: { 'pipeline.ts': scaled(3) },
    differs: ['captured by'],
  },
  'the same in a CommonJS file, beside an instance at its top': {
    main: 'pipeline.cjs',
    files: { 'pipeline.cjs': common(2) },
    edit: { 'pipeline.cjs': common(3) },
    differs: ['captured by'],
  },
  'a function that a file registered which only the program imports': {
    files: {
      'pipeline.ts': pipeline('', `p.step('a', { cache: true, run: (globalThis as { run?: () => number }).run ?? (() => 0) });`),
      'before.ts': `const helper = () => 1;\nObject.assign(globalThis, { run: () => helper() });\n`,
    },
    edit: { 'before.ts': `const helper = () => 2;\nObject.assign(globalThis, { run: () => helper() });\n` },
    differs: ['module before.ts'],
  },
  'a helper inside the builder': {
    files: { 'pipeline.ts': pipeline('', `const value = () => 1; ${PLAIN}`) },
    edit: { 'pipeline.ts': pipeline('', `const value = () => 2; ${PLAIN}`) },
    differs: ['captured value'],
  },
  'a module behind an import at run time': {
    files: {
      'pipeline.ts': pipeline('', `p.step('a', { cache: true, run: async () => (await import('./value.js')).value });`),
      'value.ts': 'export const value = 1;\n',
    },
    edit: { 'value.ts': 'export const value = 2;\n' },
    differs: ['module value.ts'],
  },
  'a JSON file that is imported': {
    files: {
      'pipeline.ts': pipeline(
        `import numbers from './numbers.json' with { type: 'json' };\nconst value = (): number => numbers.n;`,
        PLAIN,
      ),
      'numbers.json': '{ "n": 1 }',
    },
    edit: { 'numbers.json': '{ "n": 2 }' },
    differs: ['module numbers.json'],
  },
  'a worker that a module names by its address, and what that imports': {
    files: {
      'pipeline.ts': pipeline(`import { value } from './value.js';`, PLAIN),
      'value.ts': `export const value = (): string => String(new URL('./work.ts', import.meta.url));\n`,
      'work.ts': `import { n } from './n.js';\nconsole.log(n);\n`,
      'n.ts': 'export const n = 1;\n',
    },
    edit: { 'n.ts': 'export const n = 2;\n' },
    differs: ['module n.ts'],
  },
  'a variable of the environment that a module reads when it is loaded': {
    files: {
      'pipeline.ts': pipeline(`import { value } from './value.js';`, PLAIN),
      'value.ts': 'const n = process.env.PERENNIAL_TEST_N;\nexport const value = () => n;\n',
    },
    edit: {},
    differs: ['variable PERENNIAL_TEST_N'],
  },
  'a constant of the file that comes from the environment by a name that is computed': {
    files: {
      'pipeline.ts': pipeline(
        `const name = 'N';\nconst n = process.env['PERENNIAL_TEST_' + name];`,
        `p.step('a', { cache: true, run: () => n ?? 0 });`,
      ),
    },
    edit: {},
    differs: ['captured n'],
  },
};

/** Loads each project and prints the code of its step `a`. */
const PRINT = `
import path from 'node:path';
import { pipelineCode } from '${path.resolve('dist/src/cache/code/pipeline-code.js')}';
const printed = {};
for (const file of process.argv.slice(2)) {
  process.env.PERENNIAL_TEST_N = file.includes('/edited/') ? '2' : '1';
  await import(path.join(path.dirname(file), 'before.ts')).catch(() => undefined);
  const { default: loaded } = await import(file).catch((error) => ({ default: error }));
  const pipeline = loaded?.default ?? loaded;
  if (pipeline instanceof Error) { printed[file] = { refused: pipeline.message }; continue; }
  const code = await pipelineCode(pipeline);
  try { printed[file] = code.cachedCode({ id: 'a', kind: 'step', cache: pipeline.plan.steps[0].cache }); }
  catch (error) { printed[file] = { refused: error.code + ' ' + error.message }; }
}
console.log(JSON.stringify(printed));
`;

const REFUSED: { readonly [name: string]: { readonly files: Files; readonly message: RegExp; readonly main?: string } } = {
  'an instance inside the builder': {
    files: {
      'pipeline.ts': pipeline(
        'class Model {}',
        `const model = new Model();\np.step('a', { cache: true, run: () => String(model) });`,
      ),
    },
    message: /captures "model" at .*pipeline\.ts:5, an instance of Model.*pass its value as an input or a parameter/,
  },
  'a module whose name only a run knows': {
    files: {
      'pipeline.ts': pipeline(`import { value } from './value.js';`, PLAIN),
      'value.ts': `export const value = async (name = 'x') => (await import(name)) as number;\n`,
    },
    message: /CACHE_CODE_UNREADABLE value\.ts loads modules whose names only a run knows/,
  },
};

describe('the code of a step, from the files that Node loads', () => {
  let folder: string;
  let printed: { readonly [file: string]: { readonly [part: string]: string } };
  const fileOf = (name: string, side: string, main = 'pipeline.ts'): string =>
    path.join(folder, name.replaceAll(' ', '-'), side, main);
  const write = async (root: string, files: Files): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(root, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      if (text === LINKED) await fs.symlink(path.join(root, 'packages/features'), file);
      else await fs.writeFile(file, text);
    }
    await fs.mkdir(path.join(root, 'node_modules'), { recursive: true });
    await fs.symlink(path.resolve('.'), path.join(root, 'node_modules/perennial-ml'));
    await fs.writeFile(path.join(root, 'package.json'), '{ "type": "module" }');
  };

  beforeAll(async () => {
    folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-code-of-files-')));
    for (const [name, { files, edit, main }] of Object.entries(CASES)) {
      await write(path.dirname(fileOf(name, 'first', main)), files);
      await write(path.dirname(fileOf(name, 'edited', main)), { ...files, ...edit });
    }
    for (const [name, { files }] of Object.entries(REFUSED)) await write(path.dirname(fileOf(name, 'first')), files);
    await fs.writeFile(path.join(folder, 'print.mjs'), PRINT);
    const all = [
      ...Object.entries(CASES).flatMap(([name, { main }]) => [fileOf(name, 'first', main), fileOf(name, 'edited', main)]),
      ...Object.keys(REFUSED).map((name) => fileOf(name, 'first')),
    ];
    const tsx = path.resolve('node_modules/tsx/dist/loader.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, path.join(folder, 'print.mjs'), ...all]);
    printed = JSON.parse(stdout) as typeof printed;
  }, 60_000);
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it.each(Object.entries(CASES))('changes with %s, and with nothing else', (name, { differs, main }) => {
    const [first = {}, edited = {}] = [printed[fileOf(name, 'first', main)], printed[fileOf(name, 'edited', main)]];
    expect([first['refused'], edited['refused']]).toEqual([undefined, undefined]);
    const parts = new Set([...Object.keys(first), ...Object.keys(edited)]);
    expect([...parts].filter((part) => first[part] !== edited[part])).toEqual(differs);
  });

  it.each(Object.entries(REFUSED))('is refused with %s', (name, { message }) => {
    expect(printed[fileOf(name, 'first')]?.['refused']).toMatch(message);
  });
});

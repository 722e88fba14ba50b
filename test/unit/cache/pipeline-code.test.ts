import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pipelineCode } from '../../../src/cache/code/pipeline-code.js';
import type { StepCode } from '../../../src/cache/code/shared-code.js';
import { functionHash } from '../../../src/cache/code/syntax-hash.js';
import { definePipeline } from '../../../src/index.js';

const FILE = `import { definePipeline } from 'perennial-ml';
import { double } from './lib/double.js';
import small from 'small';
import { readFile } from 'node:fs/promises';
const factor: number = 2;
export default definePipeline('p', { params: {} }, (p) => {
  p.step('a', { run: () => double(factor) + small });
  p.step('b', { run: async () => (await readFile('x')).length });
});
`;

describe('the code of a step', () => {
  let folder: string;
  const write = async (name: string, text: string): Promise<void> => {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), text);
  };
  const codeOf = async (step = 'a', run: () => unknown = () => 1): Promise<StepCode> => {
    const pipeline = definePipeline('p', { params: {} }, (p) => {
      p.step('a', { run: () => Number(run()) });
      p.step('b', { run: () => 2 });
    });
    return (await pipelineCode({ ...pipeline, file: path.join(folder, 'pipeline.ts') })).stepCode({ id: step, kind: 'step' });
  };

  beforeEach(async () => {
    folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-code-')));
    await write('pipeline.ts', FILE);
    await write('lib/double.ts', `import { two } from '@own/two';\nexport const double = (n: number): number => n * two;\n`);
    await write('elsewhere/two.ts', 'export const two = 2;\n');
    await write('tsconfig.json', '{ "compilerOptions": { "paths": { "@own/*": ["./elsewhere/*"] } } }');
    await write('node_modules/small/package.json', '{ "name": "small", "version": "1.0.0", "main": "index.js" }');
    await write('node_modules/small/index.js', 'module.exports = 1;\n');
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const changed = async (edit: () => Promise<void>): Promise<string[]> => {
    const before = await codeOf();
    await edit();
    const now = await codeOf();
    return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((part) => before[part] !== now[part]);
  };

  it('is its function, the file around the definition, its local modules and the versions of packages', async () => {
    expect(Object.keys(await codeOf())).toEqual([
      'function',
      'file pipeline.ts',
      'module elsewhere/two.ts',
      'module lib/double.ts',
      'package perennial-ml',
      'package small',
    ]);
    expect((await codeOf())['package small']).toBe('1.0.0');
  });

  it('changes with a module, also one behind another, and with a package', async () => {
    expect(await changed(() => write('elsewhere/two.ts', 'export const two = 3;\n'))).toEqual(['module elsewhere/two.ts']);
    expect(await changed(() => write('node_modules/small/package.json', '{ "version": "1.0.1" }'))).toEqual(['package small']);
    expect(await changed(() => write('pipeline.ts', FILE.replace('factor: number = 2', 'factor: number = 3')))).toEqual([
      'file pipeline.ts',
    ]);
  });

  it('says when its files were edited after it was read', async () => {
    const pipeline = definePipeline('p', { params: {} }, (p) => {
      p.step('a', { run: () => 1 });
    });
    const code = await pipelineCode({ ...pipeline, file: path.join(folder, 'pipeline.ts') });
    expect(code.isUnchanged()).toBe(true);
    await write('elsewhere/two.ts', 'export const two = 22;\n');
    expect(code.isUnchanged()).toBe(false);
  });

  it('changes with a package behind a package', async () => {
    await write('node_modules/small/package.json', '{ "name": "small", "version": "1.0.0", "dependencies": { "tiny": "*" } }');
    await write('node_modules/tiny/package.json', '{ "name": "tiny", "version": "2.0.0", "dependencies": { "small": "*" } }');
    expect((await codeOf())['package small']).toMatch(/^1\.0\.0 with [0-9a-f]{12}$/);
    expect(await changed(() => write('node_modules/tiny/package.json', '{ "version": "2.0.1" }'))).toEqual(['package small']);
  });

  it('does not change with another step, a comment or the way of writing', async () => {
    expect(await changed(() => write('pipeline.ts', FILE.replace("readFile('x')", "readFile('y')")))).toEqual([]);
    expect(
      await changed(() =>
        write('lib/double.ts', `// twice\nimport { two } from "@own/two";\nexport const double = (n: number) => n*two`),
      ),
    ).toEqual([]);
    expect(await changed(() => write('notes.md', 'nothing imports this'))).toEqual([]);
  });

  it('of a function differs when the function does, and of a stage is the version of this package', async () => {
    const pipeline = definePipeline('q', { params: {} }, (p) => {
      p.step('a', { run: () => 1 });
      p.step('b', { run: () => 2 });
      p.step('c', { run: () => 1 });
    });
    const code = await pipelineCode({ ...pipeline, file: null });
    const of = (id: string): string | undefined => code.stepCode({ id, kind: 'step' })['function'];
    expect(of('a')).toBe(of('c'));
    expect(of('a')).not.toBe(of('b'));
    expect(code.stepCode({ id: 'train', kind: 'train' })).toEqual({ perennial: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('reads every form of a function', () => {
    const forms = [
      '() => 1',
      'function named() { return 1 }',
      'async run(a) { return await a; }',
      '*items() {}',
      'get x() { return 1 }',
    ];
    expect(new Set(forms.map(functionHash)).size).toBe(forms.length);
    expect(functionHash('(a) => { /* one */ return a; }')).toBe(functionHash('(a)=>{return a}'));
    expect(functionHash('function () { [native code] }')).toMatch(/^[0-9a-f]{64}$/);
  });
});

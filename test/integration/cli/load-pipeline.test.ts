import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const LOADER = path.resolve('dist/src/cli/load/load-pipeline.js');
let folder: string;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-load-'));
});
afterAll(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

/** Jest has its own module loader, so the real one is used in a process of its own. */
async function load(...files: readonly string[]): Promise<Outcome> {
  const script = `
    const { loadPipelines } = await import(${JSON.stringify(LOADER)});
    try { console.log(JSON.stringify({ name: (await loadPipelines(${JSON.stringify(files)})).map((p) => p.name).join() })); }
    catch (error) { console.log(JSON.stringify({ code: error.code ?? null, message: error.message })); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  return JSON.parse(stdout) as Outcome;
}

async function write(name: string, text: string): Promise<string> {
  await fs.writeFile(path.join(folder, name), text);
  return name;
}

const PIPELINE = `{ name: 'tiny', plan: {}, functions: new Map() }`;

describe('loadPipelines', () => {
  it('loads TypeScript that imports TypeScript, and JavaScript', async () => {
    await write('name.ts', `export const name: string = 'typed';`);
    const typed = await write(
      'typed.ts',
      `import { name } from './name.js';\nexport default { name, plan: {}, functions: new Map<string, never>() };`,
    );
    const plain = await write('plain.mjs', `export default ${PIPELINE};`);
    expect(await load(typed, plain)).toEqual({ name: 'typed,tiny' });
  });

  it('says how to get top-level await', async () => {
    const text = `const name: string = await Promise.resolve('later');\nexport default { name, plan: {}, functions: new Map() };`;
    expect(await load(await write('later.mts', text))).toEqual({ name: 'later' });
    expect(await load(await write('later.ts', text))).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringContaining('.mts'),
    });
  });

  it('names a missing file and a folder', async () => {
    expect(await load('nothing.ts')).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringContaining('no file nothing.ts'),
    });
    expect(await load('.')).toMatchObject({ code: 'CLI_PIPELINE_FILE', message: expect.stringContaining('not a file') });
  });

  it('says what the file exports when it is not a pipeline', async () => {
    const named = await write('named.ts', `export const pipeline = ${PIPELINE};`);
    expect(await load(named)).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringMatching(/no default export.*got exports pipeline/),
    });
    const wrong = await write('wrong.ts', `export default function build() { return 1 }`);
    expect(await load(wrong)).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringMatching(/not a pipeline.*got a function build/),
    });
  });

  it('gives the line of a file that throws, and the reason of one that does not parse', async () => {
    const throws = await write('throws.ts', `type A = string;\n\nthrow new Error('no data');\nexport default 1;`);
    expect(await load(throws)).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringMatching(/no data.*throws\.ts:3/),
    });
    const broken = await write('broken.ts', `export default {`);
    expect(await load(broken)).toMatchObject({ code: 'CLI_PIPELINE_FILE', message: expect.stringMatching(/broken\.ts/) });
    const missing = await write('imports.ts', `import './absent.js';\nexport default 1;`);
    expect(await load(missing)).toMatchObject({ code: 'CLI_PIPELINE_FILE', message: expect.stringMatching(/absent/) });
  });

  it('refuses two pipelines of one name', async () => {
    const one = await write('one.mjs', `export default ${PIPELINE};`);
    const two = await write('two.mjs', `export default ${PIPELINE};`);
    expect(await load(one, two)).toMatchObject({
      code: 'CLI_PIPELINE_FILE',
      message: expect.stringContaining('one.mjs and two.mjs'),
    });
  });
});

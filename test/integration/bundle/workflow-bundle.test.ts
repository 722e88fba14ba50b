import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPipelineError, type PipelineError } from '../../../src/errors/pipeline-error.js';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { temporaryFolder } from '../execution-fixtures.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const write = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder.path, name);
  await fs.writeFile(file, text);
  return file;
};

async function refusal(file: string, taken: readonly string[] = []): Promise<PipelineError> {
  const error: unknown = await workflowBundle(file, taken).catch((reason: unknown) => reason);
  if (isPipelineError(error)) return error;
  throw new Error(`no coded error: ${String(error)}`);
}

describe('a file of hand-written workflows', () => {
  it('is bundled with ours, whatever it exports beside functions, and once', async () => {
    const file = await write(
      'fine.ts',
      'export type T = { a: number };\nexport const hello = async (a: T): Promise<number> => a.a;\n',
    );
    const bundle = await workflowBundle(file);
    expect('code' in bundle && bundle.code.includes('continuousTraining') && bundle.code.includes('hello')).toBe(true);
    expect(await workflowBundle(file)).toBe(bundle);
  });

  it('may not take the name of a workflow of ours, of a pipeline, or the default; the message has both sides', async () => {
    const file = await write(
      'clash.ts',
      'export async function trainModel() {}\nexport async function tiny() {}\nexport async function mine() {}\nexport { mine as default };\n',
    );
    const { code, message, details } = await refusal(file, ['tiny']);
    expect(code).toBe('WORKFLOW_NAME_TAKEN');
    expect(details).toMatchObject({ clashes: ['default', 'tiny', 'trainModel'] });
    expect(message).toContain('the default workflow runs every pipeline');
    expect(message).toContain('continuousTraining');
    expect(message).toContain('got default, mine, tiny, trainModel');
  });

  it('may not import what the sandbox lacks; the message has the way to it', async () => {
    await write('reading.ts', "import { readFileSync } from 'node:fs';\nexport const read = () => readFileSync('x', 'utf8');\n");
    const file = await write(
      'forbidden.ts',
      "import { read } from './reading.js';\nimport 'crypto';\nexport const w = async () => read();\n",
    );
    const { code, message } = await refusal(file);
    expect(code).toBe('WORKFLOW_FORBIDDEN_IMPORT');
    expect(message).toContain(`${file} -> ${path.join(folder.path, 'reading.ts')} -> node:fs`);
    expect(message).toContain(`${file} -> crypto`);
    expect(message).toContain('import type');
  });

  it('must be there, be TypeScript or JavaScript, and be readable', async () => {
    expect(await refusal(path.join(folder.path, 'absent.ts'))).toMatchObject({ code: 'WORKFLOW_FILE_UNUSABLE' });
    expect((await refusal(await write('notes.md', '# no code'))).message).toContain('expected a .ts or .js file');
    const broken = await write('broken.ts', "import { nothing } from './nowhere.js';\nexport const w = nothing;\n");
    const { code, message } = await refusal(broken);
    expect(code).toBe('WORKFLOW_FILE_UNUSABLE');
    expect(message).toContain('nowhere.js');
    await write('broken.ts', 'export const w = async () => 1;\n');
    expect(await workflowBundle(broken)).toHaveProperty('code');
  });
});

import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeState } from '../../../src/command/code-state.js';
import type { CommandConfig } from '../../../src/contracts/stages/command.js';

let project: string;
beforeAll(async () => {
  project = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-code-'));
  await fs.mkdir(path.join(project, 'lib'));
  await fs.writeFile(path.join(project, 'lib', 'a.sh'), 'echo a');
  await fs.writeFile(path.join(project, 'fit.py'), 'print(1)');
});
afterAll(() => fs.rm(project, { recursive: true, force: true }));

const command = { program: 'command', command: ['lib/a.sh', '1'], code: ['lib'] } as unknown as CommandConfig;
const python = { program: 'python', script: 'fit.py', requirements: { file: 'requirements.txt' } } as unknown as CommandConfig;

describe('what a command depends on', () => {
  it('changes with each file that it names, also those in folders', async () => {
    const before = await codeState(command, project);
    expect(Object.keys(before)).toEqual(['lib']);
    expect(await codeState(command, project)).toEqual(before);
    await fs.writeFile(path.join(project, 'lib', 'a.sh'), 'echo b');
    expect(await codeState(command, project)).not.toEqual(before);
  });

  it('is the script and the requirements of Python', async () => {
    const before = await codeState(python, project);
    expect(before).toMatchObject({ 'fit.py': { sha256: expect.any(String) }, 'requirements.txt': { sha256: 'missing' } });
    await fs.writeFile(path.join(project, 'fit.py'), 'print(2)');
    expect((await codeState(python, project))['fit.py']).not.toEqual(before['fit.py']);
  });

  it('is nothing of the project for a program on the PATH', async () => {
    expect(
      await codeState({ program: 'command', command: ['sh', '-c', './x'], code: [] } as unknown as CommandConfig, project),
    ).toEqual({});
  });
});

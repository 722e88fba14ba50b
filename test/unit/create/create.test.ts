import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { testFolder } from '../../test-folder.js';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeEach(() => {
  folder = testFolder('create');
});

function create(...words: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [resolve('create/main.mjs'), ...words], { cwd: folder }, (_, stdout, stderr) => {
      done({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('npm create', () => {
  it('writes a project, with the files that npm would not pack, and says what comes next', async () => {
    const { code, stdout } = await create('Rain in Seattle');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/cd "Rain in Seattle"\n +npm install\n +npm test/),
    });
    const project = join(folder, 'Rain in Seattle');
    expect((await readdir(project, { recursive: true })).sort()).toEqual(
      [
        ...['.github', '.github/workflows', '.github/workflows/ci.yml', '.gitignore', '.npmrc', 'data', 'data/weather.csv'],
        ...['package.json', 'pipeline.test.ts', 'pipeline.ts', 'tsconfig.json'],
      ].sort(),
    );
    const own = JSON.parse(await readFile('package.json', 'utf8')) as { name: string; version: string; engines: unknown };
    expect(JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))).toMatchObject({
      name: 'rain-in-seattle',
      engines: own.engines,
      dependencies: { [own.name]: `^${own.version}` },
    });
  });

  it('has its own template for steps, and leaves an empty folder with a git repository as it is', async () => {
    await mkdir(join(folder, 'app', '.git'), { recursive: true });
    expect((await create('app', '--template', 'steps', '--yes')).code).toBe(0);
    expect(await readFile(join(folder, 'app', 'pipeline.ts'), 'utf8')).toContain("p.step('greet'");
  });

  it('refuses a folder that is not empty, a file, an unknown template and unknown flags, and writes nothing', async () => {
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'thesis.tex'), '');
    const refusals = [
      [await create('full'), /is not empty \(thesis\.tex\)/],
      [await create('file'), /is not empty/],
      [await create('new', '--template', 'nodel'), /no template "nodel"; there are model, steps/],
      [await create('new', '--tempalte', 'model'), /--tempalte[^]*Usage: npm create/],
      [await create('new', 'newer'), /one folder, got new, newer/],
    ] as const;
    for (const [{ code, stderr }, what] of refusals) {
      expect(code).toBe(2);
      expect(stderr).toMatch(what);
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'full']);
  });
});

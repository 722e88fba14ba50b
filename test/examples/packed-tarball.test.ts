import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const folder = await mkdtemp(join(tmpdir(), 'perennial-packed-'));
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const PIPELINE = `
import { definePipeline, param } from 'perennial';
export default definePipeline('tiny', { params: { day: param.date() } }, (p) => {
  const first = p.step('first', { inputs: {}, run: async () => ({ answer: 41 }) });
  p.step('second', { inputs: { first }, run: async ({ first }, context) => ({ answer: first.answer + 1, step: context.step }) });
});
`;
const MAIN = `
import { runInProcess } from 'perennial/testing';
import pipeline from './pipeline.mjs';
const { status, results } = await runInProcess(pipeline, { day: '2001-01-01' }, { store: './store' });
console.log(JSON.stringify({ status, second: results.second }));
`;

/** A user has no `.npmrc` of ours; npm tells its scripts of the one in the folder where the tests were started. */
function withoutNpmSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm_config_)?onnxruntime/i.test(name)));
}

describe('the packed tarball, installed in an empty folder', () => {
  it('runs a tiny pipeline, draws it, and holds nothing that users do not need', async () => {
    execFileSync('npm', ['pack', '--pack-destination', folder, '--silent'], { cwd: resolve('.'), stdio: 'pipe' });
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack made no tarball');
    const files = execFileSync('tar', ['-tzf', join(folder, tarball)], { encoding: 'utf8' }).split('\n');
    for (const needed of ['docs/README.md', 'docs/errors.md', 'examples/approval/pipeline.ts', 'install/skip-gpu-download.js'])
      expect(files).toContain(`package/${needed}`);
    expect(files.filter((file) => /^package\/(src|test|bench|scripts)\//.test(file))).toEqual([]);

    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
    await writeFile(join(folder, 'pipeline.mjs'), PIPELINE);
    await writeFile(join(folder, 'main.mjs'), MAIN);
    execFileSync(
      'npm',
      ['install', `./${tarball}`, '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict', '--silent'],
      {
        cwd: folder,
        env: withoutNpmSettings(),
        stdio: 'pipe',
      },
    );
    const printed = execFileSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual({
      status: 'succeeded',
      second: { answer: 42, step: 'second' },
    });
    const drawn = (file: string): string =>
      execFileSync(join('node_modules', '.bin', 'perennial'), ['graph', file], { cwd: folder, encoding: 'utf8' });
    expect(drawn('node_modules/perennial/examples/approval/pipeline.ts')).toContain('release');
    expect(drawn('pipeline.mjs')).toContain('second');
  });
});

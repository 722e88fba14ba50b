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
import { definePipeline, param } from 'perennial-ml';
export default definePipeline('tiny', { params: { day: param.date() } }, (p) => {
  const first = p.step('first', { inputs: {}, run: async () => ({ answer: 41 }) });
  p.step('second', { inputs: { first }, run: async ({ first }, context) => ({ answer: first.answer + 1, step: context.step }) });
});
`;
const MAIN = `
import { runInProcess } from 'perennial-ml/testing';
import pipeline from './tiny.mjs';
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

    const app = join(folder, 'My app');
    const create = ['create/main.mjs', app, '--package', `file:../${tarball}`];
    expect(execFileSync(process.execPath, create, { encoding: 'utf8' })).toContain('npm test');
    await writeFile(join(app, 'tiny.mjs'), PIPELINE);
    await writeFile(join(app, 'main.mjs'), MAIN);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict', '--silent'], {
      cwd: app,
      env: withoutNpmSettings(),
      stdio: 'pipe',
    });
    const printed = execFileSync(process.execPath, ['main.mjs'], { cwd: app, encoding: 'utf8' });
    expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual({
      status: 'succeeded',
      second: { answer: 42, step: 'second' },
    });
    const drawn = (file: string): string =>
      execFileSync(join('node_modules', '.bin', 'perennial'), ['graph', file], { cwd: app, encoding: 'utf8' });
    expect(drawn('node_modules/perennial-ml/examples/approval/pipeline.ts')).toContain('release');
    expect(drawn('tiny.mjs')).toContain('second');

    // What the project that was made brings along: its types and its test, on its sample data.
    const npm = (...words: readonly string[]): string =>
      execFileSync('npm', words, { cwd: app, encoding: 'utf8', stdio: 'pipe' });
    npm('run', 'check');
    expect(npm('test')).toMatch(/evaluation: blessed[^]*# pass 1/);
  });
});

import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROWS, runOrders } from './orders-life.js';

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
  const app = join(folder, 'My app');
  let tarball: string;
  const npm = (...words: readonly string[]): string =>
    execFileSync('npm', words, { cwd: app, env: withoutNpmSettings(), encoding: 'utf8', stdio: 'pipe' });

  beforeAll(async () => {
    execFileSync('npm', ['pack', '--pack-destination', folder, '--silent'], { cwd: resolve('.'), stdio: 'pipe' });
    const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (packed === undefined) throw new Error('npm pack made no tarball');
    tarball = packed;
    const create = ['create/main.mjs', app, '--package', `file:../${tarball}`];
    expect(execFileSync(process.execPath, create, { encoding: 'utf8' })).toContain('npm test');
    npm('install', '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict', '--silent');
    await cp(join(app, 'node_modules', 'perennial-ml', 'examples', 'extending'), join(app, 'orders'), { recursive: true });
  });

  it('holds documents and examples, and nothing that users do not need', () => {
    const files = execFileSync('tar', ['-tzf', join(folder, tarball)], { encoding: 'utf8' }).split('\n');
    for (const needed of ['docs/README.md', 'docs/errors.md', 'examples/approval/pipeline.ts', 'install/skip-gpu-download.js'])
      expect(files).toContain(`package/${needed}`);
    expect(files.filter((file) => /^package\/(src|test|bench|scripts)\//.test(file))).toEqual([]);
  });

  it('runs a tiny pipeline and draws it', async () => {
    await writeFile(join(app, 'tiny.mjs'), PIPELINE);
    await writeFile(join(app, 'main.mjs'), MAIN);
    const printed = execFileSync(process.execPath, ['main.mjs'], { cwd: app, encoding: 'utf8' });
    expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual({
      status: 'succeeded',
      second: { answer: 42, step: 'second' },
    });
    const drawn = (file: string): string =>
      execFileSync(join('node_modules', '.bin', 'perennial'), ['graph', file], { cwd: app, encoding: 'utf8' });
    expect(drawn('node_modules/perennial-ml/examples/approval/pipeline.ts')).toContain('release');
    expect(drawn('tiny.mjs')).toContain('second');
  });

  it('makes a project whose types and test hold, beside an example that was copied into it', () => {
    npm('run', 'check');
    expect(npm('test')).toMatch(/evaluation: blessed[^]*# pass 1/);
  });

  it('runs the pipeline whose parts are kinds of its user, from rows of a web API to a monitored endpoint', async () => {
    const { status, results } = await runOrders(app, join('orders', 'pipeline.ts'));
    expect(status).toBe('succeeded');
    expect(results).toMatchObject({
      ingest: { meta: { rows: ROWS } },
      feature: { meta: { interleaved: { split: { by: 'group' } } } },
      train: { meta: { trainer: 'logistic_regression', metrics: { train_log_loss: expect.any(Number) } } },
      evaluate: {
        decision: 'blessed',
        metrics: { roc_auc: expect.any(Number), cost_per_row: expect.any(Number) },
        gate: { metric: 'cost_per_row' },
      },
      deploy: { outcome: 'promoted' },
      monitor: { endpoint: 'returns' },
    });
    const { metrics } = results['evaluate'] as { readonly metrics: { readonly roc_auc: number } };
    expect(metrics.roc_auc).toBeGreaterThan(0.7);
  });
});

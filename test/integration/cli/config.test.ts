import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const CLI = path.resolve('dist/src/cli/main.js');
const EXAMPLE = path.resolve('examples/scheduled/pipeline.ts');
/** Inside the repository, so that the file finds the package by its name. */
const FOLDER = path.resolve('.perennial', `config-${process.pid}`);

const CONFIG = `import { defineConfig } from 'perennial-ml';
export default defineConfig({
  defaultProfile: 'dev',
  profiles: {
    dev: { store: 'data', namespace: 'trial' },
    production: { address: 'temporal.example:7233', store: 's3://models/prod', secrets: { token: 'swordfish' } },
  },
});
`;

type Row = { readonly setting: string; readonly value: string | null; readonly from: string };

const environment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'] ?? '', ...more });
const settings = async (
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Record<string, readonly unknown[]>> => {
  const options = { cwd: path.join(FOLDER, 'below'), env: environment(env) };
  const { stdout } = await run(process.execPath, [CLI, 'config', '--json', ...words], options);
  expect(stdout).not.toContain('swordfish');
  const { settings: rows } = JSON.parse(stdout) as { readonly settings: readonly Row[] };
  return Object.fromEntries(rows.map(({ setting, value, from }) => [setting, [value, from]]));
};

beforeAll(async () => {
  await fs.mkdir(path.join(FOLDER, 'below'), { recursive: true });
  await fs.writeFile(path.join(FOLDER, 'perennial.config.ts'), CONFIG);
  await fs.symlink(CLI, path.join(FOLDER, 'perennial'));
});
afterAll(() => fs.rm(FOLDER, { recursive: true, force: true }));

describe('perennial config', () => {
  it('finds the file above and shows what is in force and where it came from; secrets are hidden', async () => {
    const [plain, production] = await Promise.all([
      settings([]),
      settings(['--store', 'here'], { PERENNIAL_PROFILE: 'production', PERENNIAL_STORE: 'there', TEMPORAL_API_KEY: 'swordfish' }),
    ]);
    expect(plain).toMatchObject({
      profile: ['dev', 'default'],
      namespace: ['trial', 'profile dev'],
      store: [path.join(FOLDER, 'data'), 'profile dev'],
      taskQueue: ['ml', 'default'],
    });
    expect(production).toMatchObject({
      profile: ['production', 'PERENNIAL_PROFILE'],
      address: ['temporal.example:7233', 'profile production'],
      store: ['here', '--store'],
      secrets: ['(hidden)', 'profile production'],
      TEMPORAL_API_KEY: ['(hidden)', 'environment'],
    });
  });

  it('refuses a profile that is not there', async () => {
    const options = { cwd: FOLDER, env: environment() };
    await expect(run(process.execPath, [CLI, 'config', '--profile', 'live'], options)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/CONFIG_UNKNOWN_PROFILE[^]*dev, production/),
    });
  });
});

describe('completion in bash', () => {
  it('offers commands, flags, choices, parameters of the file, and profiles; a server that is not there costs nothing', async () => {
    const lines = [
      'perennial sched',
      `perennial run ${EXAMPLE} --mo`,
      'perennial backfill x.ts --order ',
      'perennial config --profile ',
      'perennial schedules p',
      'perennial status ',
    ];
    const script = [
      'eval "$(perennial completion bash)"',
      'ask() { COMP_LINE="$1"; COMP_POINT=${#1}; COMPREPLY=(); _perennial; echo "${COMPREPLY[*]}"; }',
      ...lines.map((line) => `ask '${line}'`),
    ].join('\n');
    const env = environment({ PATH: `${FOLDER}:${process.env['PATH'] ?? ''}`, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const { stdout } = await run('bash', ['--norc', '-c', script], { cwd: FOLDER, env });
    expect(stdout.trimEnd().split('\n')).toEqual(['schedules', '--most', 'newest oldest', 'dev production', 'pause']);
  });
});

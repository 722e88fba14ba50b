import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const MAIN = path.resolve('dist/src/cli/main.js');
/** Prints the packages that were loaded by `require`, as Temporal's are, when the process ends. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  process.on('exit', () => {
    const files = Object.keys(createRequire(${JSON.stringify(MAIN)}).cache).join('\\n');
    const names = [...files.matchAll(/node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/g)].map(([, name]) => name.replaceAll('\\\\', '/'));
    process.stderr.write('loaded ' + [...new Set(names)].join(' '));
  });
`)}`;

const packagesOf = (...words: string[]): Promise<readonly string[]> => packagesOfNode(MAIN, ...words);

async function packagesOfNode(...words: string[]): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', REPORT, ...words]);
  return stderr.slice(stderr.lastIndexOf('loaded ') + 'loaded '.length).split(' ');
}

/** What speaks to a server, or runs workflows. */
const ofTemporal = (name: string): boolean => /^@temporalio.(client|worker|workflow|testing|proto)$|grpc/.test(name);

const HEAVY = [
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/proto',
  '@grpc/grpc-js',
  'ajv',
  'esbuild',
  'yaml',
  'cron-parser',
];

describe('a command loads what it needs', () => {
  it.each([['--help'], ['run', '--help'], ['backfill', '--help'], ['completion', 'bash']])('%s %s', async (...words) => {
    const packages = await packagesOf(...words);
    expect(packages).toContain('commander');
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
  });

  it('the supervisor of a worker loads no package at all', async () => {
    // The process that it starts ends first, for there is no such file, and tells of its own packages.
    const failed = promisify(execFile)(process.execPath, ['--import', REPORT, MAIN, 'worker', 'missing.ts']);
    const { stderr, code } = await failed.then(
      () => ({ stderr: '', code: 0 }),
      (error: unknown) => error as { readonly stderr: string; readonly code: number },
    );
    expect(code).toBe(2);
    const [, working = '', supervisor = ''] = stderr.split('loaded ');
    expect(working).toContain('commander');
    expect(supervisor).toBe('');
  });

  it('drawing a file asks no server and loads no part of Temporal that could', async () => {
    const packages = await packagesOf('graph', 'examples/fan-out/pipeline.ts');
    expect(packages).toContain('ajv');
    expect(packages.filter(ofTemporal)).toEqual([]);
  });
});

describe('perennial-ml/testing', () => {
  it('loads no part of Temporal before a test asks for a server', async () => {
    const packages = await packagesOfNode('--input-type=module', '--eval', `import 'perennial-ml/testing'`);
    expect(packages).toContain('pino');
    expect(packages.filter(ofTemporal)).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);

it('the example of a test file passes with node:test', async () => {
  const words = ['--import', 'tsx', '--test', '--test-reporter', 'tap', 'examples/testing/pipeline.test.ts'];
  const { stdout } = await run(process.execPath, words).catch((error: unknown) => error as { stdout: string });
  expect(stdout).toContain('# pass 5');
  expect(stdout).toContain('# fail 0');
});

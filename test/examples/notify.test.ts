import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

describe('examples/notify', () => {
  it('tells of a success on the output, and can be tried without a run', async () => {
    const words = ['dist/src/cli/main.js', 'notify', 'test', 'examples/notify/pipeline.ts', '--event', 'success', '--json'];
    const { stdout, stderr } = await run(process.execPath, words);
    expect(JSON.parse(stdout)).toEqual([{ event: 'success', receiver: 'stdout', answer: 'written', error: null }]);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ event: 'success', pipeline: 'notify' });
  });

  it('names the secrets that are missing, and ends with 1', async () => {
    const words = ['dist/src/cli/main.js', 'notify', 'test', 'examples/notify/pipeline.ts', '--event', 'slow', '--json'];
    const failed = (await run(process.execPath, words).catch((error: unknown) => error)) as { code: number; stdout: string };
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject([{ event: 'slow', error: { code: 'SECRET_MISSING' } }]);
  });
});

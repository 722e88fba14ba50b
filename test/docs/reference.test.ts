import { spawnSync } from 'node:child_process';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000);

describe('docs/reference/', () => {
  it('is what the docstrings say, and every exported name has one', () => {
    const checked = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/write-reference.ts', '--check'], {
      encoding: 'utf8',
    });
    // After a change of a docstring: npm run docs:reference.
    expect(checked.stdout).toBe('');
    expect(checked).toMatchObject({ status: 0, stderr: '' });
  });
});

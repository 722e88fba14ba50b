import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { CodeEntry } from '../../src/errors/code-entry.js';
import { ERROR_CODES } from '../../src/errors/codes.js';
import { renderErrorsPage } from '../../src/errors/errors-page.js';

describe('docs/errors.md', () => {
  it('is equal to the code table (npm run docs:errors writes it)', async () => {
    expect(await readFile('docs/errors.md', 'utf8')).toBe(renderErrorsPage());
  });

  it('has a cause and a cure of one sentence for every code', () => {
    const entries: [string, CodeEntry][] = Object.entries(ERROR_CODES);
    for (const [code, { cause, cure }] of entries) {
      expect([code, cause]).toEqual([code, expect.stringMatching(/^[A-Z`].*\.$/s)]);
      expect([code, cure]).toEqual([code, expect.stringMatching(/^[A-Z`].*\.$/s)]);
    }
  });
});

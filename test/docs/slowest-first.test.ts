import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';

it('test/slowest-first.js names only test files that exist, each once', async () => {
  const names = [...(await readFile('test/slowest-first.js', 'utf8')).matchAll(/^ {2}'(.*)',$/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !existsSync(`test/${name}.test.ts`))).toEqual([]);
  expect(names).toEqual([...new Set(names)]);
});

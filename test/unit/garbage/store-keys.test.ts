import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import path from 'node:path';
import { kindOfKey, STORE_KEYS } from '../../../src/garbage/store-keys.js';

const ROOTS = ['src', 'activities', 'workflows'];
/** Whatever puts an object into a store, or hands a log of objects its place. */
const WRITES = /\.put(?:IfAbsent|IfMatch|File)?\(|\bputIfFree\(|new AppendLog\b|extends AppendLog\b/;
/** These pass on what others write, or are the stores themselves. */
const PASS_ON = [
  /^src\/store\/(?:folder|s3)\//,
  /^src\/store\/(?:json\/json-record|log\/append-log|log\/log-checkpoints|port)\.ts$/,
  /^src\/(?:worker\/step\/attempt\/patience|secrets\/guarded-objects|testing\/object-store-contract)\.ts$/,
];

async function filesIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.posix.join(folder, name.split(path.sep).join('/')));
}

async function writers(): Promise<string[]> {
  const files = (await Promise.all(ROOTS.map(filesIn))).flat().filter((file) => !PASS_ON.some((pattern) => pattern.test(file)));
  const texts = await Promise.all(files.map(async (file) => [file, await fs.readFile(file, 'utf8')] as const));
  return texts.filter(([, text]) => WRITES.test(text)).map(([file]) => file);
}

/** An example of a form such as `runs/<workflow>/<run>/manifest.json`. */
const exampleOf = (form: string): string =>
  form
    .replace('<sha256>', 'a'.repeat(64))
    .replace(/^cache\/<key>/, `cache/${'b'.repeat(64)}`)
    .replace(/<id>/g, 'c'.repeat(16))
    .replace('<kind>', 'dataset')
    .replace('<age>', '00000000000001')
    .replace('...', '_1')
    .replace(/<[^>]+>/g, 'x');

describe('the table of what is in a store', () => {
  it('names every source file that writes to a store, and no other', async () => {
    const named = new Set(STORE_KEYS.flatMap((row) => row.writers));
    expect([...named].sort()).toEqual((await writers()).sort());
  });

  it('knows each of its own forms as the kind of its row', () => {
    for (const { kind, forms } of STORE_KEYS)
      for (const form of forms) expect([form, kindOfKey(exampleOf(form))]).toEqual([form, kind]);
  });

  it.each(['notes/mine.txt', 'objects/x', 'cache/x.json', 'artifacts/dataset/x', 'a'])('leaves %s to whoever wrote it', (key) => {
    expect(kindOfKey(key)).toBe('other');
  });

  it('is the table of docs/store.md', async () => {
    const page = await fs.readFile('docs/store.md', 'utf8');
    const rows = [...page.matchAll(/^\| (`[^|]*`) +\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(([, key = '', , , goes = '']) => [
      key,
      goes.trim(),
    ]);
    const expected = STORE_KEYS.flatMap(({ forms, goes }) => forms.map((form) => [`\`${form}\``, goes]));
    expect(rows.filter(([key]) => /^`[a-z-]+\//.test(key ?? ''))).toEqual(expected);
  });
});

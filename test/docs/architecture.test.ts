import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

const NAMED_PATH = /`((?:src|workflows|activities|examples|test|docs|scripts|bench|\.ci|\.github)(?:\/[\w.@-]+)*\/?)`/g;

describe('the documents', () => {
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'])('%s names only paths that exist', async (page) => {
    const text = await readFile(page, 'utf8');
    const paths = [...text.matchAll(NAMED_PATH)].map((match) => match[1] ?? '');
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('ARCHITECTURE.md names every folder of src', async () => {
    const text = await readFile('ARCHITECTURE.md', 'utf8');
    const folders = (await readdir('src', { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(folders.map((folder) => folder.name).filter((name) => !text.includes(`src/${name}`))).toEqual([]);
  });

  it('ARCHITECTURE.md has the arrows that are enforced', async () => {
    const text = await readFile('ARCHITECTURE.md', 'utf8');
    const rows = [...text.matchAll(/^\| `src\/(\w+)\/` +\|[^|]*\|([^|]*)\|$/gm)];
    const told = new Map(rows.map(([, room = '', cell = '']) => [room, namesIn(cell.split(';')[0] ?? '')]));
    const rules = enforced.filter(({ name }) => name.startsWith('arrows-of-src-'));
    expect(rules.length).toBeGreaterThan(20);
    for (const { name, to } of rules) {
      const room = name.replace('arrows-of-src-', '');
      const allowed = /\((.*)\)/.exec(String(to.pathNot))?.[1]?.split('|') ?? [];
      expect([room, told.get(room)]).toEqual([room, allowed.filter((other) => !['contracts', 'errors', room].includes(other))]);
    }
  });

  it('number each decision once, as its title does', async () => {
    const pages = (await readdir('docs/decisions')).sort();
    expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_, index) => index + 1));
    for (const page of pages)
      expect(await readFile(`docs/decisions/${page}`, 'utf8')).toMatch(new RegExp(`^# ${page.slice(0, 4)}\\b`));
  });

  it('have no link to a file that does not exist', async () => {
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...(await markdownPages('docs'))];
    const broken: string[] = [];
    for (const page of pages) {
      const text = await readFile(page, 'utf8');
      for (const match of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
        const target = new URL(match[1] ?? '', new URL(page, 'file:///repository/')).pathname.replace('/repository/', '');
        if (!existsSync(target)) broken.push(`${page}: ${match[1] ?? ''}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

const { forbidden: enforced } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly { readonly name: string; readonly to: { readonly pathNot?: string | readonly string[] } }[];
};

/** `data, evaluation (metrics), store` without the remarks. */
const namesIn = (cell: string): string[] =>
  cell
    .replaceAll(/\([^)]*\)/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

async function markdownPages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.name.endsWith('.md')).map((entry) => `${entry.parentPath}/${entry.name}`);
}

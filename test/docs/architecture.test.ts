import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
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

async function markdownPages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.name.endsWith('.md')).map((entry) => `${entry.parentPath}/${entry.name}`);
}

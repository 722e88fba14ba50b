import { readdir, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Box, judgePicture, type Picture } from '../browser/judge-picture.js';
import { pictureProblems } from '../browser/mermaid-picture.js';
import { closeTestBrowser, itInBrowser, startTestBrowser } from '../browser/test-browser.js';

const BLOCK = /^```mermaid\n([^]*?)^```$/gm;

const isWritten = (name: string): boolean => name.endsWith('.md');
const inDocs = (await readdir('docs', { recursive: true })).filter(isWritten).map((name) => `docs/${name}`);
const pages = [...(await readdir('.')).filter(isWritten), ...inDocs.sort()];
const pictures = (
  await Promise.all(
    pages.map(async (page) => {
      const text = await readFile(page, 'utf8');
      return [...text.matchAll(BLOCK)].map(({ index, 1: source = '' }) => ({
        place: `${page}:${text.slice(0, index).split('\n').length}`,
        source,
      }));
    }),
  )
).flat();
const browser = await startTestBrowser();

describe('Mermaid pictures in the documents', () => {
  afterAll(() => closeTestBrowser(browser));

  it('are found', () => {
    expect(pictures.length).toBeGreaterThan(3);
  });

  itInBrowser(browser, 'with a fault in the source are told from good ones', async (opened) => {
    const problemsOf = (...lines: string[]): Promise<string[]> =>
      pictureProblems(opened, ['flowchart TD', '  a["first"] --> b["second"]', ...lines, ''].join('\n'));
    expect(await problemsOf()).toEqual([]);
    expect(await problemsOf('  b --> c["open')).toEqual([expect.stringMatching(/Parse error/)]);
    expect(await problemsOf('  b -- then --> c')).toEqual([expect.stringMatching(/^This test cannot read "-- then/)]);
    expect(await problemsOf('  classDef pale color:#ccc,fill:#fff', '  class b pale')).toEqual([
      '"second" has a contrast of 1.61',
    ]);
    expect(await problemsOf('  classDef hidden visibility:hidden', '  class b hidden')).toEqual(['does not show "second"']);
    const wide = Array.from({ length: 12 }, (_, index) => `  s${index}["a step of the row"] --> s${index + 1}`);
    expect(await pictureProblems(opened, ['flowchart LR', ...wide, ''].join('\n'))).toContainEqual(
      expect.stringMatching(/^"s12" is [2-9]\.\d pixels high in a column of 830$/),
    );
  });

  it('with a fault in the drawing are told from good ones', () => {
    const box = (left: number, top: number, width: number, height: number): Box => ({
      left,
      top,
      right: left + width,
      bottom: top + height,
    });
    const node = (words: string, shape: Box, ink: Box, holder = ink): Picture['parts'][number] => ({
      kind: 'node',
      shape,
      label: { words, ink, holder, pixels: 16, contrast: 7, seen: true },
    });
    const problemsOf = (...parts: Picture['parts']): readonly string[] =>
      judgePicture({ outline: box(0, 0, 200, 100), parts }, ['a', 'b']);
    const a = node('a', box(0, 0, 50, 20), box(5, 5, 40, 10));
    expect(problemsOf(a, node('b', box(0, 40, 50, 20), box(5, 45, 40, 10)))).toEqual([]);
    expect(problemsOf(a, node('b', box(0, 15, 50, 20), box(5, 20, 40, 10)))).toEqual(['"a" lies on "b"']);
    expect(problemsOf(a, node('b', box(0, 40, 50, 20), box(5, 45, 90, 10)))).toEqual(['"b" is wider than its box']);
    expect(problemsOf(a, node('b', box(0, 40, 50, 20), box(5, 45, 40, 10), box(5, 45, 30, 10)))).toEqual(['"b" is cut off']);
    expect(problemsOf(a, node('b', box(0, 90, 50, 20), box(5, 95, 40, 10)))).toEqual(['"b" is outside of the picture']);
    expect(problemsOf(a, a)).toContain('does not show "b"');
  });

  for (const { place, source } of pictures)
    itInBrowser(browser, `${place} can be drawn and read`, async (opened) => {
      expect({ place, problems: await pictureProblems(opened, source) }).toEqual({ place, problems: [] });
    });
});

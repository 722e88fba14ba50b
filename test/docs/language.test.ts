import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../src/errors/codes.js';

/** As CONTRIBUTING.md says: a sentence has at most so many words. */
const MOST_WORDS = 25;

/**
 * Percent of the sentences that may be longer, by area. These numbers only fall: whoever lowers a share lowers its number.
 */
const LONGER_PERCENT = { documents: 6, comments: 6, errors: 3 } as const;

/** Words that read as translated, and what to write. */
const PHRASES = [
  [/\bfor nobody\b/i, 'since nobody'],
  [/\bis asked of\b/i, 'name who asks'],
  [/\bhas not heard of\b/i, 'missed'],
  [/\bwhat is not there\b/i, 'name what is missing'],
  [/\bfor ever\b/i, 'forever'],
  [/\bper cent\b/i, 'percent'],
  [/\bone another\b/i, 'each other'],
  [/\banew\b/i, 'again'],
  [/\bof yours\b/i, 'your ...'],
  [/\ball the same\b/i, 'anyway'],
  [/\bbut for\b/i, 'except'],
  [/\b(?:becomes|became|come) of\b/i, 'how it ended'],
  [/(?:^|[.:] )(?:Whoever|Who) /, 'a noun'],
  [/(?:^|[.] )Of (?:an?|the|this|what|those|one|some|two|all|each|such) /, 'the subject first'],
] as const;

interface Text {
  readonly place: string;
  readonly text: string;
}

const filesIn = async (folder: string, ending: RegExp): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => ending.test(name)).map((name) => path.join(folder, name));

/** Prose of a page: without code, tables and headings. Decisions are records of their time; written pages say what the sources say. */
async function documents(): Promise<readonly Text[]> {
  const written = /^docs\/(?:errors\.md|reference\/|decisions\/)/;
  const pages = (await filesIn('docs', /\.md$/)).filter((page) => !written.test(page));
  const texts = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', ...pages].map(async (place) => {
    const prose = (await readFile(place, 'utf8')).replaceAll(/^```[^]*?^```/gm, '').replaceAll(/^(?:\||#).*$/gm, '');
    return prose.split(/\n\s*\n|\n(?=\s*(?:-|\d+\.) )/).map((text) => ({ place, text }));
  });
  return (await Promise.all(texts)).flat();
}

/** Docstrings, and comments of one line or several. */
async function comments(): Promise<readonly Text[]> {
  const folders = ['src', 'workflows', 'activities', 'create', 'install'];
  const files = (await Promise.all(folders.map((folder) => filesIn(folder, /\.(?:ts|tsx|mjs|js)$/)))).flat();
  const texts = files.map(async (place) => {
    const source = await readFile(place, 'utf8');
    const blocks = [...source.matchAll(/^ *\/\*\*([^]*?)\*\//gm)].map(([, text = '']) => text.replaceAll(/^\s*\* ?/gm, ''));
    const lines = [...source.matchAll(/(?:^ *\/\/ .*\n)+/gm)].map(([text]) => text.replaceAll(/^ *\/\/ /gm, ''));
    return [...blocks, ...lines].flatMap((text) => text.split(/\n\s*\n|\n(?=@|- )/).map((part) => ({ place, text: part })));
  });
  return (await Promise.all(texts)).flat();
}

const errors = (): readonly Text[] =>
  Object.entries(ERROR_CODES).flatMap(([place, { cause, cure }]) => [cause, cure].map((text) => ({ place, text })));

const areas = { documents: await documents(), comments: await comments(), errors: errors() };

const sentencesOf = ({ text }: Text): readonly string[] =>
  text
    .replaceAll(/`[^`]*`/g, 'code')
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?])\s/)
    .filter((sentence) => /\w/.test(sentence));

describe('the language', () => {
  it.each(['documents', 'comments', 'errors'] as const)('of the %s has few long sentences', (area) => {
    const sentences = areas[area].flatMap(sentencesOf);
    const longer = sentences.filter((sentence) => sentence.split(' ').length > MOST_WORDS);
    const percent = (100 * longer.length) / sentences.length;
    expect(percent).toBeLessThanOrEqual(LONGER_PERCENT[area]);
  });

  it.each(PHRASES.map(([phrase, write]) => ({ phrase, write })))('has no $phrase (write: $write)', ({ phrase }) => {
    const found = Object.values(areas)
      .flat()
      .filter(({ text }) =>
        phrase.test(
          text
            .replaceAll(/`[^`]*`/g, 'x')
            .replaceAll(/\s+/g, ' ')
            .trim(),
        ),
      );
    expect(found.map(({ place, text }) => `${place}: ${text.trim()}`)).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineReader } from '../../../src/command/program/line-reader.js';

function read(chunks: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  const reader = new LineReader((line, end) => lines.push([line, end]));
  for (const chunk of chunks) reader.push(chunk);
  reader.close();
  return lines;
}

describe('a line reader', () => {
  it('tells lines from what a progress bar overwrites', () => {
    expect(read(['a\n10%\r20%\r\nend'])).toEqual([
      ['a', 'newline'],
      ['10%', 'return'],
      ['20%', 'newline'],
      ['end', 'newline'],
    ]);
  });

  it('gives the same lines however the text is cut into chunks', () => {
    const text = fc.array(fc.constantFrom('a', 'bc', '\n'), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 5 }), (whole, cuts) => {
        const borders = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = borders.slice(1).map((border, index) => whole.slice(borders[index], border));
        expect(read(chunks)).toEqual(read([whole]));
        const lines = read([whole]).map(([line]) => line);
        expect(lines.join('\n')).toBe(whole.replace(/\n$/, ''));
      }),
    );
  });

  it('cuts a line without an end, and keeps no more of it in memory', () => {
    const lines = read([...Array.from({ length: 100 }, () => 'x'.repeat(10_000)), '\nnext\n']);
    expect(lines.map(([line]) => line.length)).toEqual([65_536 + '… (line cut)'.length, 4]);
  });
});

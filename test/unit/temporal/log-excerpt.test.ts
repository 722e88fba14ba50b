import { describe, expect, it } from '@jest/globals';
import { LogExcerpt } from '../../../src/temporal/server/log-excerpt.js';

describe('an excerpt of a log', () => {
  it('has the line that says why, however long the stack behind it is', () => {
    const excerpt = new LogExcerpt();
    for (let line = 0; line < 15; line += 1) excerpt.add(`start ${line}`);
    excerpt.add('panic: listen tcp 127.0.0.1:34209: bind: address already in use');
    for (let frame = 0; frame < 100; frame += 1) excerpt.add(`frame ${frame}`);
    const lines = excerpt.lines();
    expect(lines[0]).toBe('start 0');
    expect(lines.at(-1)).toBe('frame 99');
    expect(lines).toContain('panic: listen tcp 127.0.0.1:34209: bind: address already in use');
    expect(lines).toHaveLength(41);
  });

  it('is the whole of a short log, without empty lines', () => {
    const excerpt = new LogExcerpt();
    for (const line of ['one', '', '  ', 'two']) excerpt.add(line);
    expect(excerpt.lines()).toEqual(['one', 'two']);
  });
});

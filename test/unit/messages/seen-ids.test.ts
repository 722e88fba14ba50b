import { describe, expect, it } from '@jest/globals';
import { isSeen, type SeenIds, withId } from '../../../workflows/messages/seen-ids.js';

const idOf = (n: number): string => `monitor/flights/2001-01-01T00:00:00.000Z/${n}`;
const after = (count: number, start: SeenIds): SeenIds => Array.from({ length: count }, (_, n) => idOf(n)).reduce(withId, start);

describe('the ids that a workflow without end has seen', () => {
  it('are the newest 500 as they are, and those before them as marks', () => {
    const ids = after(1_200, { seen: [], seenBefore: '' });
    expect(ids.seen).toEqual(Array.from({ length: 500 }, (_, n) => idOf(700 + n)));
    expect(ids.seenBefore).toHaveLength(700 * 8);
    expect(Array.from({ length: 1_200 }, (_, n) => isSeen(ids, idOf(n)))).not.toContain(false);
    expect(Array.from({ length: 1_200 }, (_, n) => isSeen(ids, idOf(1_200 + n)))).not.toContain(true);
  });

  it('are forgotten from the oldest on, after 20,000 marks', () => {
    const full = { seen: Array.from({ length: 500 }, (_, n) => idOf(n)), seenBefore: 'x'.repeat(20_000 * 8) };
    const one = withId(full, 'the next');
    expect(one.seenBefore).toHaveLength(20_000 * 8);
    expect([one.seen.length, isSeen(one, idOf(0)), isSeen(one, 'the next')]).toEqual([500, true, true]);
  });

  it('are the newest 500 alone where no marks are kept', () => {
    const ids = after(501, { seen: [] });
    expect([ids.seen.length, ids.seenBefore, isSeen(ids, idOf(0)), isSeen(ids, idOf(1))]).toEqual([500, undefined, false, true]);
  });

  it('are fewer as they are when they are long, and no less seen', () => {
    const long = (n: number): string => `${n}-${'x'.repeat(1_000)}`;
    const ids = Array.from({ length: 600 }, (_, n) => long(n)).reduce<SeenIds>(withId, { seen: [], seenBefore: '' });
    expect(ids.seen.join('').length).toBeLessThanOrEqual(384 * 1_024);
    expect(ids.seen.length).toBeLessThan(500);
    expect(Array.from({ length: 600 }, (_, n) => isSeen(ids, long(n)))).not.toContain(false);
  });
});

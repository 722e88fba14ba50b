import { newestWithin } from './weight.js';

/** Newest ids, kept as they are. */
const WHOLE_IDS = 500;
/** Ids before those, kept as marks of eight characters. */
const MARKED_IDS = 20_000;
const MARK_LENGTH = 8;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const WHOLE_BYTES = 384 * 1_024;
/** A mark in a text takes at most so many bytes. */
const CHARACTER_BYTES = 6;

/** Taken once: in the sandbox of workflows each use of a global costs as much as a hundred steps of a loop. */
const { imul } = Math;

export type SeenIds = { readonly seen: readonly string[]; readonly seenBefore?: string };

/** Whether the id is among the newest 500 or, where marks are kept, the 20,000 before them. */
export function isSeen({ seen, seenBefore = '' }: SeenIds, id: string): boolean {
  if (seen.includes(id)) return true;
  if (seenBefore === '') return false;
  const mark = markOf(id);
  for (let at = seenBefore.indexOf(mark); at !== -1; at = seenBefore.indexOf(mark, at + 1)) {
    if (at % MARK_LENGTH === 0) return true;
  }
  return false;
}

/** The ids with one more. Without `seenBefore` the oldest is forgotten. */
export function withId({ seen, seenBefore }: SeenIds, id: string): SeenIds {
  const all = [...seen, id];
  if (seenBefore === undefined) return { seen: all.slice(-WHOLE_IDS) };
  const whole = within(all.slice(-WHOLE_IDS));
  const old = all
    .slice(0, all.length - whole.length)
    .map(markOf)
    .join('');
  return { seen: whole, seenBefore: old === '' ? seenBefore : (seenBefore + old).slice(-MARKED_IDS * MARK_LENGTH) };
}

function within(ids: readonly string[]): readonly string[] {
  const characters = ids.reduce((sum, { length }) => sum + length + 1, 0);
  return characters * CHARACTER_BYTES <= WHOLE_BYTES ? ids : newestWithin(ids, WHOLE_BYTES);
}

/** 48 bits of the id: that a new one shares a mark with any of 20,000 happens once in ten thousand million. Mixed as cyrb53 does (public domain). */
function markOf(id: string): string {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    one = imul(one ^ code, 2_654_435_761);
    two = imul(two ^ code, 1_597_334_677);
  }
  one = imul(one ^ (one >>> 16), 2_246_822_507) ^ imul(two ^ (two >>> 13), 3_266_489_909);
  two = imul(two ^ (two >>> 16), 2_246_822_507) ^ imul(one ^ (one >>> 13), 3_266_489_909);
  const digits = (bits: number): string => [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >>> shift) & 63)).join('');
  return digits(one) + digits(two);
}

/** Deeper than this nothing that is sent here has a reason to be. */
const MOST_LEVELS = 32;
const LONGEST_NUMBER = 25;

/** Objects do not change once they are remembered: each is weighed once. */
const known = new WeakMap<object, number>();

/** At most so many bytes a text takes as JSON in UTF-8, its quotes included. Never less than it does take. */
export function textBytes(text: string): number {
  let bytes = 2;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Control marks and lone halves of a pair are written as \uXXXX.
    if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) bytes += 6;
    else if (code === 0x22 || code === 0x5c) bytes += 2;
    else bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes;
}

/** At most so many bytes a value takes as JSON; Infinity for what is nested deeper than 32 levels, circular ones among them. */
export function jsonBytes(value: unknown, level = 0): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return LONGEST_NUMBER;
  if (level === MOST_LEVELS) return Infinity;
  const before = known.get(value);
  if (before !== undefined) return before;
  const parts = Array.isArray(value) ? value : Object.entries(value).flat();
  let bytes = 2;
  for (const part of parts) bytes += 1 + jsonBytes(part, level + 1);
  known.set(value, bytes);
  return bytes;
}

/** The newest entries that weigh no more than `budget` bytes together. */
export function newestWithin<T>(entries: readonly T[], budget: number): readonly T[] {
  let left = budget;
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    left -= 1 + jsonBytes(entries[at]);
    if (left < 0) return entries.slice(at + 1);
  }
  return entries;
}

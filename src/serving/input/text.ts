/**
 * True for text that every reader understands alike: without NUL, at which C code stops reading, and without a lone surrogate, which UTF-8 cannot
 * encode.
 */
export const isPlainText = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);

/** Characters of a value that are quoted. */
const QUOTED = 40;

/** A value as it is quoted in messages: a list or an object by its kind, a text by its first characters. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return value.length <= QUOTED ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, QUOTED))}...`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? 'null' : 'an object';
}

/** A name from outside, cut to what a message has room for. */
export const shortName = (name: string): string => (name.length <= 128 ? name : `${name.slice(0, 128)}...`);

/** Valid names: the first twenty, and the count of the rest. */
export function someOf(names: readonly string[]): string {
  const listed = names.slice(0, 20).map(shortName).join(', ');
  return names.length <= 20 ? listed : `${listed} and ${names.length - 20} more`;
}

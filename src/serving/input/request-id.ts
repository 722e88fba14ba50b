import { isPlainText } from './text.js';

/** Longest id of a request or a row, characters. It is a key of labels and a value of every row of the prediction log. */
const ID_LENGTH = 256;

/** What an id looks like, in words. */
export const REQUEST_ID_RULE = `a string of 1 to ${ID_LENGTH} characters without control characters`;

/** The one rule for ids, wherever they come in: a header, the body of a request, a list with one per row. Null for anything else. */
export const readRequestId = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 && value.length <= ID_LENGTH && !/\p{Cc}/u.test(value) && isPlainText(value)
    ? value
    : null;

/** Ids of `rows` rows of a request that has but one. */
export const rowIds = (id: string, rows: number): readonly string[] =>
  rows === 1 ? [id] : Array.from({ length: rows }, (_, row) => `${id}-${row}`);

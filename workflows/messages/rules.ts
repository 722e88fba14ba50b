import { jsonBytes } from './weight.js';

/** What comes in from outside is JSON that anybody may have typed: a wrong one must be turned away, for it would stop the workflow. */

/** Names of people, columns, metrics, steps, parameters. */
export const LONGEST_NAME = 256;
/** Ids of signals, runs and requests, which are made of several names. */
export const LONGEST_ID = 1_000;
/** The reason that a person gives. */
export const LONGEST_REASON = 2_000;
/** As long as times are written, with room for an offset. */
const LONGEST_TIME = 40;
/** Times stay within what a date can hold. */
export const LONGEST_MS = 100 * 366 * 86_400_000;
/** How far in the future an event may lie: clocks differ, and a window that ends with the day may be told of before it is over. */
export const FUTURE_MS = 2 * 86_400_000;

export type Fields = { readonly [name: string]: unknown };
export type Rule = readonly [holds: boolean, expected: string];

export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
export const isTextUpTo = (value: unknown, longest: number): value is string => isText(value) && value.length <= longest;
export const isTime = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_TIME && /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value));
export const isCount = (value: unknown, most: number = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isDuration = (value: unknown): boolean => isNumber(value) && value >= 0 && value <= LONGEST_MS;
export const isUpTo = (value: unknown, bytes: number): boolean => jsonBytes(value) <= bytes;

/** A rule for what may be left out. */
export const optional = (value: unknown, holds: (given: unknown) => boolean): boolean => value === undefined || holds(value);

/** The expectations of the rules that do not hold. */
export const broken = (rules: readonly Rule[]): string[] => rules.filter(([holds]) => !holds).map(([, expected]) => expected);

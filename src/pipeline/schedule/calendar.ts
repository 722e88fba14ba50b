/** A length of time on the calendar: a day may have 23 or 25 hours, a month 28 to 31 days. */
export type CalendarSpan = { readonly amount: number; readonly unit: CalendarUnit };
export type CalendarUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

const FIXED_MS: { readonly [unit in CalendarUnit]?: number } = { second: 1_000, minute: 60_000, hour: 3_600_000 };
const DAY_MS = 86_400_000;
const SPAN = /^([+-]?\d{1,6}) (second|minute|hour|day|week|month|year)s?$/;

/** `'1 day'`, `'-2 months'`; null when it is none. Whole numbers only. */
export function parseSpan(text: string): CalendarSpan | null {
  const [, amount, unit] = SPAN.exec(text) ?? [];
  return amount === undefined || unit === undefined ? null : { amount: Number(amount), unit: unit as CalendarUnit };
}

/** Whether a span counts days or more, so that the time zone matters. */
export const isCalendarSpan = ({ unit }: CalendarSpan): boolean => FIXED_MS[unit] === undefined;

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof Error && error.name === 'RangeError') return false;
    if (typeof error === 'object' && error !== null && 'name' in error && error.name === 'RangeError') return false;
    throw error;
  }
}

/**
 * The moment `times` spans after another one, in a time zone. Days and more keep the wall clock; the 31st becomes the last day of a
 * shorter month. A wall clock that the change to summer time leaves out moves on by the gap; one that comes twice means the first.
 */
export function addSpan(ms: number, { amount, unit }: CalendarSpan, timezone: string, times = 1): number {
  const fixed = FIXED_MS[unit];
  if (fixed !== undefined) return ms + amount * times * fixed;
  const wall = wallOf(ms, timezone);
  if (unit === 'day' || unit === 'week') return instantOf(wall + amount * times * (unit === 'week' ? 7 : 1) * DAY_MS, timezone);
  return instantOf(addMonths(wall, amount * times * (unit === 'year' ? 12 : 1)), timezone);
}

/** The beginning of the hour, day or month that a moment lies in. */
export function startOf(ms: number, unit: 'hour' | 'day' | 'month', timezone: string): number {
  const date = new Date(wallOf(ms, timezone));
  if (unit === 'hour') return ms - (date.getUTCMinutes() * 60_000 + date.getUTCSeconds() * 1_000 + date.getUTCMilliseconds());
  const day = unit === 'month' ? 1 : date.getUTCDate();
  return instantOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day), timezone);
}

/** `2001-01-31` in the time zone. */
export const localDate = (ms: number, timezone: string): string => new Date(wallOf(ms, timezone)).toISOString().slice(0, 10);

/** Whether a moment is midnight in the time zone. */
export const isMidnight = (ms: number, timezone: string): boolean => wallOf(ms, timezone) % DAY_MS === 0;

/** The moment of a wall clock `2001-01-31` or `2001-01-31T03:00[:00]` in a time zone; with `Z` or an offset of its own it is taken as it is. Null when it is none. */
export function parseMoment(text: string, timezone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return null;
  const own = /(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10));
  const ms = Date.parse(own || text.length === 10 ? text : `${text}Z`);
  // JavaScript takes 2001-02-31 for March.
  if (Number.isNaN(ms) || (!own && new Date(ms).toISOString().slice(0, 10) !== text.slice(0, 10))) return null;
  return own ? ms : instantOf(ms, timezone);
}

function addMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return first.getTime() + (Math.min(date.getUTCDate(), days) - 1) * DAY_MS + (wall % DAY_MS);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, as if it stood in UTC. */
export function wallOf(ms: number, timezone: string): number {
  if (timezone === 'UTC') return ms;
  const clock = clocks.get(timezone) ?? newClock(timezone);
  clocks.set(timezone, clock);
  const parts = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1_000) + 1_000) % 1_000);
}

const newClock = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

function instantOf(wall: number, timezone: string): number {
  const offsetAt = (ms: number): number => wallOf(ms, timezone) - ms;
  const before = offsetAt(wall - DAY_MS);
  const after = offsetAt(wall + DAY_MS);
  for (const offset of [before, after]) {
    if (offsetAt(wall - offset) === offset) return wall - offset;
  }
  return wall - before;
}

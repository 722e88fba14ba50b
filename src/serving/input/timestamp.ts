/** 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z, ms since 1970: no calendar that we use names a day outside of this range. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

const DATE_TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?(?:(Z)|([+-](?:0\d|1[0-5])):?([0-5]\d))?)?$/;

/** True for milliseconds since 1970 of the years 1 to 9999, which every store can hold. */
export const isMoment = (ms: number): boolean => ms >= EARLIEST_MS && ms <= LATEST_MS;

const daysOfMonth = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

function parseDateTime(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', , offsetHour, offsetMinute] = match;
  const dayOfMonth = Number(day);
  if (dayOfMonth < 1 || dayOfMonth > daysOfMonth(Number(year), Number(month))) return null;
  const zone = offsetHour === undefined ? 'Z' : `${offsetHour}:${offsetMinute ?? '00'}`;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
}

/**
 * Milliseconds since 1970 of an ISO-8601 date or date-time (UTC when it names no zone) or of a whole number of milliseconds, in the
 * years 1 to 9999; null for anything else. A day that the calendar does not have, 24:00 and a leap second are no times.
 */
export function parseTimestamp(value: unknown): number | null {
  const ms = typeof value === 'string' ? parseDateTime(value) : Number.isSafeInteger(value) ? Number(value) : null;
  return ms !== null && isMoment(ms) ? ms : null;
}

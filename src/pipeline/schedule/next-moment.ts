import { wallOf } from './calendar.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MINUTES = 60;
const HOURS = 24;
/** Temporal looks no further. */
const LAST_YEAR = 2100;

/** Values of each field that match. Sunday is 0. */
export type CronFields = {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  readonly dayOfWeek: readonly number[];
};

/**
 * The first moment after another one at which Temporal's schedules match a cron expression; null when there is none up to the year 2100. All fields
 * must match, days of the month and of the week too. On the two nights of daylight saving it is not what one would write down: a wall clock
 * that is left out is passed over, and of an hour that comes twice some moments count twice, some once, by how Go resolves its wall clock and
 * by where the search comes from. So the search is done as Temporal does it; a test compares both over whole years.
 */
export function nextMoment(fields: CronFields, timezone: string, afterMs: number): number | null {
  const instant = instantsIn(timezone);
  const hourAt = (ms: number): number => new Date(wallOf(ms, timezone)).getUTCHours();
  const start = wallOf(afterMs, timezone);
  let day = floorTo(start, DAY_MS);
  let hour = hourAt(afterMs);
  let minute = Math.floor((start - day - hour * HOUR_MS) / MINUTE_MS) + 1;
  // Set while the second run of an hour that comes twice is searched.
  let again = hourAt(afterMs - HOUR_MS) === hour ? HOUR_MS : 0;
  const goTo = (nextDay: number, nextHour: number): void => {
    [day, hour, minute, again] = [nextDay, nextHour, 0, 0];
  };
  for (;;) {
    if (minute >= MINUTES) {
      const comesTwice = instant(day + (hour + 1) * HOUR_MS) - instant(day + hour * HOUR_MS) > HOUR_MS;
      if (again === 0 && comesTwice) [minute, again] = [0, HOUR_MS];
      else goTo(day, hour + 1);
    }
    if (hour >= HOURS) [day, hour] = [day + DAY_MS, 0];
    const date = new Date(day);
    if (date.getUTCFullYear() > LAST_YEAR) return null;
    if (!fields.month.includes(date.getUTCMonth() + 1)) {
      goTo(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1), 0);
      continue;
    }
    const weekday = (): number => new Date(wallOf(instant(day + hour * HOUR_MS + minute * MINUTE_MS), timezone)).getUTCDay();
    if (!fields.dayOfMonth.includes(date.getUTCDate()) || !fields.dayOfWeek.includes(weekday())) {
      goTo(day + DAY_MS, 0);
      continue;
    }
    if (!fields.hour.includes(hour)) {
      goTo(day, hour + 1);
      continue;
    }
    const matching = fields.minute.filter((each) => each >= minute);
    minute = matching.length === 0 ? MINUTES : Math.min(...matching);
    if (minute === MINUTES) continue;
    const found = instant(day + hour * HOUR_MS + minute * MINUTE_MS);
    if (hourAt(found) === hour) return found + again;
    // Left out that night.
    [hour, minute] = [hour + 1, 0];
  }
}

const floorTo = (ms: number, unit: number): number => Math.floor(ms / unit) * unit;

/** The moment of a wall clock as Go has it: by the offset at that time taken for UTC, and when that does not hold there, by the one that does. */
function instantsIn(timezone: string): (wall: number) => number {
  const offsetAt = (ms: number): number => wallOf(ms, timezone) - ms;
  return (wall) => wall - offsetAt(wall - offsetAt(wall));
}

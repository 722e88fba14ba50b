import { CronExpressionParser } from 'cron-parser';
import { type CronFields, nextMoment } from './next-moment.js';
import { reasonOf } from '../../errors/describe-thrown.js';

const PART = String.raw`(?:\*|(?:\d+|[a-z]{3})(?:-(?:\d+|[a-z]{3}))?)(?:/\d+)?`;
/** What Temporal and cron-parser read in the same way. */
const FIELD = new RegExp(`^${PART}(?:,${PART})*$`, 'i');

/** Why a cron expression cannot be used in a schedule; null when it can. */
export function cronProblem(expression: string, timezone: string): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return `expected five fields (minute hour day month weekday), got "${expression}"`;
  const unread = fields.filter((field) => !FIELD.test(field));
  if (unread.length > 0)
    return `expected numbers, names of three letters, * , - and /, got ${unread.map((field) => `"${field}"`).join(', ')}`;
  const [, , day, , weekday] = fields;
  if (day?.startsWith('*') === false && weekday?.startsWith('*') === false)
    return `"${expression}" names days of the month and of the week, which schedulers read in two ways; declare two schedules`;
  try {
    CronExpressionParser.parse(expression, { tz: timezone }).next();
    return null;
  } catch (error) {
    return `"${expression}" in time zone "${timezone}" has no next moment: ${reasonOf(error)}`;
  }
}

/** The fields of an expression that has no problem. */
export function cronFields(expression: string): CronFields {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(expression).fields;
  const numbers = (values: readonly unknown[]): number[] => values.map(Number);
  return {
    minute: numbers(minute.values),
    hour: numbers(hour.values),
    dayOfMonth: numbers(dayOfMonth.values),
    month: numbers(month.values),
    dayOfWeek: [...new Set(numbers(dayOfWeek.values).map((day) => day % 7))].sort((one, other) => one - other),
  };
}

/** Every moment from `fromMs` on and before `toMs` at which Temporal starts a schedule of this expression, oldest first; at most `limit`. */
export function cronTimes(expression: string, timezone: string, fromMs: number, toMs: number, limit: number): readonly number[] {
  const fields = cronFields(expression);
  const found: number[] = [];
  for (let afterMs = fromMs - 1; found.length < limit;) {
    const next = nextMoment(fields, timezone, afterMs);
    if (next === null || next >= toMs) break;
    if (next >= fromMs) found.push(next);
    afterMs = next;
  }
  return found;
}

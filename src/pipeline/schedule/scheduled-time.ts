import { shownValue } from '../../errors/shown-value.js';
import { checkCall } from '../../errors/check-call.js';
import { aText, optional, optionsOf } from '../../errors/kinds.js';
import { isJsonObject, type JsonValue } from '../../contracts/json.js';
import type { ScheduledTimeMarker } from '../../contracts/plan/schedule.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { addSpan, isTimeZone, localDate, parseSpan, startOf } from './calendar.js';

/** A length of time with a sign: `'-1 day'`, `'+2 hours'`, `'-1 month'`. */
export type TimeOffset =
  `${'' | '+' | '-'}${number} ${'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'}${'' | 's'}`;

declare const SCHEDULED: unique symbol;

/** A text parameter of a schedule that is made of the time a run was scheduled for. */
export interface ScheduledTime {
  readonly $scheduledTime: Omit<ScheduledTimeMarker['$scheduledTime'], 'timezone'> & { readonly timezone: string | null };
  readonly [SCHEDULED]?: true;
}

interface ScheduledTimeOptions {
  /** Default `'0 days'`. Days, weeks, months and years are counted on the calendar of the time zone. */
  readonly offset?: TimeOffset;
  /** Then back to the beginning of this. */
  readonly startOf?: 'hour' | 'day' | 'month';
  /** `date` (default): `2001-01-31` in the time zone; `date-time`: `2001-01-31T03:00:00.000Z`. */
  readonly format?: 'date' | 'date-time';
  /** IANA name; default that of the schedule. */
  readonly timezone?: string;
}

/** Gives a parameter of each scheduled run its value from the time that the run was scheduled for, whenever it really starts. */
export function scheduledTime(options: ScheduledTimeOptions = {}): ScheduledTime {
  const text = optional(aText);
  checkCall('scheduledTime', { options }, { options: optionsOf({ offset: text, startOf: text, format: text, timezone: text }) });
  const { offset = '0 days', format = 'date', timezone = null } = options;
  const about = { offset, format, timezone, ...(options.startOf === undefined ? {} : { startOf: options.startOf }) };
  return Object.freeze({ $scheduledTime: Object.freeze(about) });
}

/** Whether a parameter's value is to be made of the scheduled time. */
export function isScheduledTime(value: unknown): value is ScheduledTime {
  return typeof value === 'object' && value !== null && '$scheduledTime' in value && Object.keys(value).length === 1;
}

/** What is wrong with a marker; empty when nothing is. */
export function scheduledTimeProblems(marker: unknown): readonly string[] {
  if (typeof marker !== 'object' || marker === null) return ['expected an object { offset, format, timezone }'];
  const fields = marker as Readonly<Record<string, unknown>>;
  const { offset, format, timezone } = fields;
  const problems: string[] = [];
  if (typeof offset !== 'string' || parseSpan(offset) === null)
    problems.push(`offset: expected a whole number and a unit, such as '-1 day', got ${shownValue(offset)}`);
  if (format !== 'date' && format !== 'date-time') problems.push(`format: expected date or date-time, got ${shownValue(format)}`);
  if (typeof timezone !== 'string' || !isTimeZone(timezone))
    problems.push(`timezone: expected an IANA name such as Europe/Berlin, got ${shownValue(timezone)}`);
  const start = fields['startOf'];
  if (start !== undefined && start !== 'hour' && start !== 'day' && start !== 'month')
    problems.push(`startOf: expected hour, day or month, got ${shownValue(start)}`);
  return problems;
}

/**
 * The parameters of a run with every marker replaced; anything that is no object of parameters is left as it is.
 * @throws PipelineError `SCHEDULES_SCHEDULED_TIME` with every marker that cannot be read.
 */
export function resolveScheduledTimes(parameters: JsonValue, atMs: number): JsonValue {
  if (!isJsonObject(parameters)) return parameters;
  const fields = Object.entries(parameters);
  const problems = fields.flatMap(([name, value]) =>
    isScheduledTime(value) ? scheduledTimeProblems(value.$scheduledTime).map((problem) => `${name}: ${problem}`) : [],
  );
  if (problems.length > 0)
    throw new PipelineError('SCHEDULES_SCHEDULED_TIME', {
      what: problems.join('; '),
      where: 'the parameters',
      details: { problems },
    });
  return Object.fromEntries(
    fields.map(([name, value]) => [name, isScheduledTime(value) ? timeOf(value as unknown as ScheduledTimeMarker, atMs) : value]),
  );
}

function timeOf({ $scheduledTime: { offset, startOf: unit, format, timezone } }: ScheduledTimeMarker, atMs: number): string {
  const span = parseSpan(offset);
  const moved = span === null ? atMs : addSpan(atMs, span, timezone);
  const ms = unit === undefined ? moved : startOf(moved, unit, timezone);
  return format === 'date' ? localDate(ms, timezone) : new Date(ms).toISOString();
}

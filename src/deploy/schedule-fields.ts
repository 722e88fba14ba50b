import type { ScheduleDescription } from '@temporalio/client';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { ScheduleSpec } from '../contracts/plan/schedule.js';
import { cronFields, cronProblem } from '../pipeline/schedule/cron.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { overlapOf } from './overlap.js';

/** A schedule as texts that can be compared and shown: the declared one, the one deployed last, and the one in Temporal. */
export type ScheduleFields = {
  readonly when: string;
  readonly timezone: string;
  readonly jitter: string;
  readonly overlap: string;
  readonly catchUp: string;
  readonly pauseOnFailure: string;
  readonly parameters: string;
  readonly pipeline: string;
  readonly taskQueue: string;
};

export const FIELD_NAMES: readonly (keyof ScheduleFields)[] = [
  'when',
  'timezone',
  'jitter',
  'overlap',
  'catchUp',
  'pauseOnFailure',
  'parameters',
  'pipeline',
  'taskQueue',
];

export function declaredFields(pipeline: string, taskQueue: string, spec: ScheduleSpec): ScheduleFields {
  const { timing } = spec;
  return {
    when: 'cron' in timing ? `cron ${timing.cron}` : interval(timing.everyMs, timing.offsetMs),
    timezone: spec.timezone,
    jitter: inWords(spec.jitterMs),
    overlap: spec.overlap,
    catchUp: inWords(spec.catchUpMs),
    pauseOnFailure: String(spec.pauseOnFailure),
    parameters: canonicalJson(spec.parameters),
    pipeline,
    taskQueue,
  };
}

export function describedFields({ raw, spec, action, policies }: ScheduleDescription): ScheduleFields {
  const calendars = raw.schedule?.spec?.structuredCalendar ?? [];
  const intervals = (spec.intervals ?? []).map(({ every, offset }) => interval(every, offset));
  return {
    when: [...calendars.map(calendarInWords), ...intervals].join('; ') || 'never',
    timezone: spec.timezone === undefined || spec.timezone === '' ? 'UTC' : spec.timezone,
    jitter: inWords(spec.jitter ?? 0),
    overlap: overlapOf(policies.overlap),
    catchUp: inWords(policies.catchupWindow),
    pauseOnFailure: String(policies.pauseOnFailure),
    parameters: canonicalJson((action.args?.[0] ?? {}) as JsonValue),
    pipeline: action.workflowType,
    taskQueue: action.taskQueue,
  };
}

type Range = { readonly start?: number | null; readonly end?: number | null; readonly step?: number | null };
type Calendar = {
  readonly [field in 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek' | 'year']?: readonly Range[] | null;
} & { readonly comment?: string | null };

/** The server keeps a cron expression as its matching values and, as a comment, the expression itself. Either may have been edited alone. */
function calendarInWords(calendar: Calendar): string {
  const values: JsonObject = {
    minute: expand(calendar.minute),
    hour: expand(calendar.hour),
    dayOfMonth: expand(calendar.dayOfMonth),
    month: expand(calendar.month),
    dayOfWeek: [...new Set(expand(calendar.dayOfWeek).map((day) => day % 7))].sort((one, other) => one - other),
  };
  const second = expand(calendar.second);
  const year = expand(calendar.year);
  const cron = calendar.comment ?? '';
  const plain = year.length === 0 && second.every((value) => value === 0);
  if (plain && cronProblem(cron, 'UTC') === null && canonicalJson(cronFields(cron)) === canonicalJson(values))
    return `cron ${cron}`;
  return `calendar ${canonicalJson({ ...values, ...(plain ? {} : { second, year }) })}`;
}

/** An end before the start stands for the start alone, a step of 0 for 1. */
function expand(ranges: readonly Range[] | null | undefined): readonly number[] {
  const values = (ranges ?? []).flatMap(({ start, end, step }) => {
    const first = start ?? 0;
    const last = Math.max(first, end ?? 0);
    const stride = Math.max(1, step ?? 1);
    return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => first + index * stride);
  });
  return [...new Set(values)].sort((one, other) => one - other);
}

const interval = (everyMs: number, offsetMs: number): string =>
  `every ${inWords(everyMs)}${offsetMs === 0 ? '' : ` + ${inWords(offsetMs)}`}`;

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

function inWords(ms: number): string {
  if (ms === 0) return 'none';
  const [name, size] = UNITS.find(([, unit]) => ms % unit === 0) ?? ['millisecond', 1];
  const count = ms / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

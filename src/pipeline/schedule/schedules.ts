import { isPlainObject, type JsonObject, type JsonValue } from '../../contracts/json.js';
import { OVERLAP_POLICIES } from '../../contracts/plan/schedule.js';
import type { OverlapPolicy, ScheduleSpec, ScheduleTiming } from '../../contracts/plan/schedule.js';
import type { ParameterInput, ParameterShape } from '../../schema/parameter.js';
import { checkParameters } from '../../schema/validate-parameters.js';
import { isTimeZone } from './calendar.js';
import { cronProblem } from './cron.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import { isScheduledTime, resolveScheduledTimes, scheduledTimeProblems } from './scheduled-time.js';
import type { ScheduledTime } from './scheduled-time.js';

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
type Weekday = (typeof WEEKDAYS)[number];
type OneOrMore<Value> = Value | readonly Value[];

/** Moments by their fields; what is left out is 0 for minute and hour, and any day or month. */
export interface CalendarOptions {
  readonly minute?: OneOrMore<number>;
  readonly hour?: OneOrMore<number>;
  /** 1 to 31; not together with `dayOfWeek`. */
  readonly dayOfMonth?: OneOrMore<number>;
  /** 1 to 12. */
  readonly month?: OneOrMore<number>;
  readonly dayOfWeek?: OneOrMore<Weekday>;
}

type Timing =
  /** Five fields: minute hour day month weekday. */
  | { readonly cron: string; readonly every?: never; readonly calendar?: never; readonly offset?: never }
  /** Counted from 1970-01-01T00:00Z, plus `offset`. */
  | { readonly every: Duration; readonly offset?: Duration; readonly cron?: never; readonly calendar?: never }
  | { readonly calendar: CalendarOptions; readonly cron?: never; readonly every?: never; readonly offset?: never };

interface SchedulePolicy {
  /** IANA name; default UTC. */
  readonly timezone?: string;
  /** Each start is put off by a random time up to this; default none. */
  readonly jitter?: Duration;
  /** What happens when a start is due while the run before is not done; default `skip`. */
  readonly overlap?: OverlapPolicy;
  /** Starts missed in an outage are made up for when they are no older than this; default 6 hours, at least 10 seconds. */
  readonly catchUp?: Duration;
  /** Pause the schedule when a run fails; default false. */
  readonly pauseOnFailure?: boolean;
  /** Shown in the Temporal UI. */
  readonly description?: string;
}

type OrScheduled<Value> = string extends Exclude<Value, undefined> ? Value | ScheduledTime : Value;
type ScheduleParameters<Shape extends ParameterShape> = {
  readonly [Name in keyof ParameterInput<Shape>]: OrScheduled<ParameterInput<Shape>[Name]>;
};
/** May be left out when every parameter has a default. */
type WithParameters<Shape extends ParameterShape> =
  object extends ParameterInput<Shape>
    ? { readonly params?: ScheduleParameters<Shape> }
    : { readonly params: ScheduleParameters<Shape> };

/** When a pipeline runs by itself, and with which parameters. */
export type ScheduleOptions<Shape extends ParameterShape> = Timing & SchedulePolicy & WithParameters<Shape>;

/** What `readSchedules` needs, whatever the compiler knows of the parameters. */
type ScheduleDeclaration = Timing & SchedulePolicy & { readonly params?: object };

const DEFAULT_CATCH_UP: Duration = '6 hours';
const SHORTEST_CATCH_UP_MS = 10_000;
/** Any moment: stands for the scheduled one while parameters are checked. */
const SOME_MOMENT = Date.UTC(2001, 0, 31, 3);

export function readSchedules(
  schedules: { readonly [name: string]: ScheduleDeclaration },
  draft: PipelineDraft,
): readonly ScheduleSpec[] {
  return Object.entries(schedules).map(([name, options]) => readSchedule(name, options, draft));
}

function readSchedule(name: string, options: ScheduleDeclaration, draft: PipelineDraft): ScheduleSpec {
  const read = draft.root.at('schedules').at(name);
  read.name(name, 'the schedule name');
  const { timezone = 'UTC', overlap = 'skip', pauseOnFailure = false, description = null } = options;
  if (!isTimeZone(timezone))
    read.at('timezone').report('time-zone', `expected an IANA name such as Europe/Berlin, got "${timezone}"`);
  if (!(OVERLAP_POLICIES as readonly string[]).includes(overlap))
    read.at('overlap').report('schedule', `expected one of ${OVERLAP_POLICIES.join(', ')}, got "${overlap}"`);
  const catchUpMs = read.at('catchUp').duration(options.catchUp ?? DEFAULT_CATCH_UP);
  if (catchUpMs > 0 && catchUpMs < SHORTEST_CATCH_UP_MS) read.at('catchUp').report('schedule', 'expected at least 10 seconds');
  return {
    name,
    timing: readTiming(options, isTimeZone(timezone) ? timezone : 'UTC', read),
    timezone,
    jitterMs: options.jitter === undefined ? 0 : read.at('jitter').duration(options.jitter),
    overlap,
    catchUpMs,
    pauseOnFailure,
    description,
    parameters: readParameters(options.params ?? {}, timezone, draft, read.at('params')),
  };
}

function readTiming(options: Timing, timezone: string, read: OptionReader): ScheduleTiming {
  const given = (['cron', 'every', 'calendar'] as const).filter((key) => options[key] !== undefined);
  if (given.length !== 1)
    read.report('schedule', `expected one of cron, every or calendar, got ${given.join(' and ') || 'none'}`);
  if (options.every !== undefined) {
    const everyMs = read.at('every').duration(options.every);
    const offsetMs = options.offset === undefined ? 0 : read.at('offset').duration(options.offset, { positive: false });
    if (everyMs > 0 && (everyMs < 1_000 || everyMs % 1_000 !== 0)) read.at('every').report('schedule', 'expected whole seconds');
    if (everyMs > 0 && offsetMs >= everyMs) read.at('offset').report('schedule', 'expected less than `every`');
    return { everyMs, offsetMs };
  }
  const cron = options.cron ?? cronOf((options as { readonly calendar?: CalendarOptions }).calendar ?? {});
  const problem = cronProblem(cron, timezone);
  if (problem !== null) read.at(options.cron === undefined ? 'calendar' : 'cron').report('cron', problem);
  return { cron };
}

/** The same moments as a cron expression. */
function cronOf({ minute = 0, hour = 0, dayOfMonth, month, dayOfWeek }: CalendarOptions): string {
  const list = (values: OneOrMore<number | string> | undefined): string =>
    values === undefined ? '*' : Array.isArray(values) ? values.join(',') : String(values);
  const days = dayOfWeek === undefined ? undefined : [dayOfWeek].flat().map((day) => WEEKDAYS.indexOf(day));
  return [list(minute), list(hour), list(dayOfMonth), list(month), list(days)].join(' ');
}

/** The parameters with the schedule's time zone put into their markers. */
function readParameters(params: object, timezone: string, draft: PipelineDraft, read: OptionReader): JsonObject {
  const entries = Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, JsonValue] => {
      if (!isScheduledTime(value)) return [name, value as JsonValue];
      const given: unknown = value.$scheduledTime;
      const marker = isPlainObject(given) ? { ...given, timezone: given['timezone'] ?? timezone } : given;
      for (const problem of scheduledTimeProblems(marker)) read.at(name).report('schedule', problem);
      return [name, { $scheduledTime: marker as JsonValue }];
    });
  const parameters = Object.fromEntries(entries);
  const unreadable = new Set(
    entries.flatMap(([name, value]) =>
      isScheduledTime(value) && scheduledTimeProblems(value.$scheduledTime).length > 0 ? [name] : [],
    ),
  );
  const readable = Object.fromEntries(entries.filter(([name]) => !unreadable.has(name)));
  const { problems } = checkParameters(draft.parameters, resolveScheduledTimes(readable, SOME_MOMENT));
  for (const { path, expected, received } of problems) {
    if (!unreadable.has(path)) read.at(path).report('schedule-parameters', `expected ${expected}, got ${received}`);
  }
  return parameters;
}

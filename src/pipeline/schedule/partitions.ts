import type { BackfillCut, BackfillSpec, Partition } from '../../contracts/entities/backfill.js';
import type { JsonObject } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { addSpan, isCalendarSpan, isMidnight, isTimeZone, localDate, parseSpan } from './calendar.js';
import { cronTimes } from './cron.js';
import { resolveScheduledTimes } from './scheduled-time.js';

/** More would not fit into the state of one workflow. */
export const MOST_PARTITIONS = 20_000;

/**
 * The partitions of a back-fill in the order in which they run. The last one ends where the range does, however short that makes it.
 * @throws PipelineError `BACKFILL_RANGE` with every problem.
 */
export function partitionsOf(spec: BackfillSpec): readonly Partition[] {
  const { cut } = spec;
  const problems = rangeProblems(spec);
  if (problems.length > 0) throw badRange(problems);
  const partitions = cut.by === 'span' ? spans(spec, cut) : moments(spec, cut);
  if (partitions.length === 0) throw badRange(['there is no partition between the two ends']);
  if (partitions.length > MOST_PARTITIONS)
    throw badRange([`there are more than ${MOST_PARTITIONS} partitions; take a shorter range or longer partitions`]);
  return spec.order === 'oldest' ? partitions : [...partitions].reverse();
}

function rangeProblems({ from, to, timezone, cut }: BackfillSpec): readonly string[] {
  const problems: string[] = [];
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(fromMs)) problems.push(`the beginning is no ISO date: ${from}`);
  if (Number.isNaN(toMs)) problems.push(`the end is no ISO date: ${to}`);
  if (fromMs >= toMs) problems.push(`the beginning ${from} is not before the end ${to}`);
  if (!isTimeZone(timezone)) problems.push(`there is no time zone "${timezone}"`);
  if (cut.by === 'span' && (parseSpan(cut.every)?.amount ?? 0) < 1)
    problems.push(`partitions of "${cut.every}": expected a whole number and a unit, such as '1 day'`);
  return problems;
}

function spans(spec: BackfillSpec, cut: BackfillCut & { readonly by: 'span' }): readonly Partition[] {
  const { timezone } = spec;
  const span = parseSpan(cut.every) ?? { amount: 1, unit: 'day' };
  const [fromMs, toMs] = [Date.parse(spec.from), Date.parse(spec.to)];
  const partitions: Partition[] = [];
  // Each bound is counted from the first one: the 31st stays the 31st in the months that have it.
  for (let count = 0, start = fromMs; start < toMs && partitions.length <= MOST_PARTITIONS; count++) {
    const end = Math.min(addSpan(fromMs, span, timezone, count + 1), toMs);
    partitions.push({
      key: keyOf(start, end, timezone, isCalendarSpan(span)),
      from: new Date(start).toISOString(),
      to: new Date(end).toISOString(),
      parameters: {
        ...spec.parameters,
        [cut.fromParameter]: bound(start, cut.format, timezone),
        ...(cut.toParameter === null ? {} : { [cut.toParameter]: bound(end, cut.format, timezone) }),
      },
    });
    start = end;
  }
  return partitions;
}

function moments(spec: BackfillSpec, { schedule, timing }: BackfillCut & { readonly by: 'schedule' }): readonly Partition[] {
  const [fromMs, toMs] = [Date.parse(spec.from), Date.parse(spec.to)];
  const times =
    'cron' in timing
      ? cronTimes(timing.cron, spec.timezone, fromMs, toMs, MOST_PARTITIONS + 1)
      : intervalTimes(timing.everyMs, timing.offsetMs, fromMs, toMs);
  return times.map((ms, index) => ({
    key: `${schedule}/${shortMoment(ms)}`,
    from: new Date(ms).toISOString(),
    to: new Date(times[index + 1] ?? toMs).toISOString(),
    parameters: resolveScheduledTimes(spec.parameters, ms) as JsonObject,
  }));
}

function intervalTimes(everyMs: number, offsetMs: number, fromMs: number, toMs: number): readonly number[] {
  const first = Math.ceil((fromMs - offsetMs) / everyMs) * everyMs + offsetMs;
  const count = Math.max(0, Math.ceil((toMs - first) / everyMs));
  return Array.from({ length: Math.min(count, MOST_PARTITIONS + 1) }, (_, index) => first + index * everyMs);
}

/** One day is its date; anything else has both ends, so that a week is not taken for its first day. */
function keyOf(start: number, end: number, timezone: string, days: boolean): string {
  const whole = days && isMidnight(start, timezone) && isMidnight(end, timezone);
  if (!whole) return `${shortMoment(start)}..${shortMoment(end)}`;
  const [first, last] = [localDate(start, timezone), localDate(end, timezone)];
  return addSpan(start, { amount: 1, unit: 'day' }, timezone) === end ? first : `${first}..${last}`;
}

/** `2001-01-31T03:00Z`, with seconds where they are not 0. */
const shortMoment = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/:00Z$/, 'Z');

const bound = (ms: number, format: 'date' | 'date-time', timezone: string): string =>
  format === 'date' ? localDate(ms, timezone) : new Date(ms).toISOString();

function badRange(problems: readonly string[]): PipelineError {
  return new PipelineError('BACKFILL_RANGE', { what: problems.join('; '), details: { problems } });
}

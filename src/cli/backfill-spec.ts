import type { BackfillCut, BackfillSpec } from '../contracts/entities/backfill.js';
import type { JsonObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { parseMoment } from '../pipeline/schedule/calendar.js';
import { partitionsOf } from '../pipeline/schedule/partitions.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { validateParameters } from '../schema/validate-parameters.js';

export interface BackfillWords {
  readonly from: string;
  readonly to: string;
  readonly every: string;
  readonly timezone?: string;
  readonly paramFrom?: string;
  readonly paramTo?: string;
  readonly schedule?: string;
  readonly name?: string;
  readonly concurrency: number;
  readonly order: 'oldest' | 'newest';
  readonly rerun: 'failed' | 'all';
  readonly by: string;
}

/**
 * A back-fill from the words of a command line; the parameters of every partition are checked.
 * @throws PipelineError `BACKFILL_RANGE`, `BACKFILL_PARAMETERS`, `SCHEDULES_NOT_FOUND`, `AUTHORING_PARAMETERS_INVALID`.
 */
export function backfillSpec(pipeline: Pipeline, words: BackfillWords, parameters: JsonObject): BackfillSpec {
  const schedule = words.schedule === undefined ? null : findSchedule(pipeline, words.schedule);
  const timezone = words.timezone ?? schedule?.timezone ?? 'UTC';
  const ends = { from: moment(words.from, '--from', timezone), to: moment(words.to, '--to', timezone) };
  const cut: BackfillCut =
    schedule === null
      ? { by: 'span', every: words.every, ...boundParameters(pipeline, words) }
      : { by: 'schedule', schedule: schedule.name, timing: schedule.timing };
  const spec: BackfillSpec = {
    pipeline: pipeline.name,
    name: words.name ?? `${words.from}..${words.to}-${schedule?.name ?? words.every.replaceAll(' ', '-')}`,
    ...ends,
    timezone,
    cut,
    parameters: { ...schedule?.parameters, ...parameters },
    order: words.order,
    concurrency: words.concurrency,
    rerun: words.rerun,
    author: words.by,
  };
  for (const partition of partitionsOf(spec)) validateParameters(pipeline.plan.parameters, partition.parameters);
  return spec;
}

function moment(text: string, flag: string, timezone: string): string {
  const ms = parseMoment(text, timezone);
  if (ms !== null) return new Date(ms).toISOString();
  throw new PipelineError('BACKFILL_RANGE', {
    what: `${flag} cannot be read`,
    expected: 'an ISO date or date-time, such as 2001-01-31 or 2001-01-31T03:00',
    received: text,
  });
}

function findSchedule(pipeline: Pipeline, name: string): NonNullable<Pipeline['schedules']>[number] {
  const schedules = pipeline.schedules ?? [];
  const found = schedules.find((schedule) => schedule.name === name);
  if (found !== undefined) return found;
  const known = schedules.map((schedule) => schedule.name);
  throw new PipelineError('SCHEDULES_NOT_FOUND', {
    what: `pipeline ${pipeline.name} declares no schedule "${name}"`,
    expected: known.length === 0 ? 'it declares none' : `one of ${known.join(', ')}`,
    details: { known },
  });
}

/** `--param-from` and `--param-to`, else the parameters `from` and `to`, else the only date parameter as the beginning. */
function boundParameters(
  { name, plan }: Pipeline,
  { paramFrom, paramTo }: BackfillWords,
): { fromParameter: string; toParameter: string | null; format: 'date' | 'date-time' } {
  const properties = (plan.parameters['properties'] ?? {}) as Readonly<Record<string, JsonObject>>;
  const names = Object.keys(properties);
  const dates = names.filter((parameter) => properties[parameter]?.['format'] === 'date');
  const usual = names.includes('from') ? 'from' : dates.length === 1 ? dates[0] : undefined;
  const fromParameter = paramFrom ?? usual;
  const toParameter = paramTo ?? (names.includes('to') && fromParameter !== 'to' ? 'to' : null);
  const unknown = [fromParameter, toParameter].filter((parameter) => typeof parameter === 'string' && !names.includes(parameter));
  if (fromParameter === undefined || unknown.length > 0) {
    const known = names.length === 0 ? 'it has none' : `one of ${names.join(', ')}`;
    throw new PipelineError('BACKFILL_PARAMETERS', {
      what:
        unknown.length > 0
          ? `pipeline ${name} has no parameter ${unknown.join(' and none ')}`
          : `pipeline ${name} has no parameter "from" and not exactly one date`,
      where: fromParameter === undefined ? '--param-from' : '--param-from and --param-to',
      expected: known,
      details: { parameters: names },
    });
  }
  return { fromParameter, toParameter, format: properties[fromParameter]?.['format'] === 'date' ? 'date' : 'date-time' };
}

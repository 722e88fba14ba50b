import { PipelineError } from '../errors/pipeline-error.js';

const UNITS = {
  microsecond: 0.001,
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
} as const;

type Unit = keyof typeof UNITS;

/** A length of time in words: `'5 minutes'`, `'1 hour'`, `'7 days'`, `'1.5 seconds'`, `'800 microseconds'`. A day is 24 hours, a week 7 days. */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

const PATTERN = /^(\d+(?:\.\d+)?) (microsecond|millisecond|second|minute|hour|day|week)s?$/;

/**
 * Milliseconds of a duration, rounded to a whole number, >= 0.
 * @throws PipelineError `AUTHORING_INVALID_DURATION`.
 */
export function parseDuration(text: Duration): number {
  const ms = typeof text === 'string' ? durationMs(text) : null;
  if (ms !== null) return ms;
  throw new PipelineError('AUTHORING_INVALID_DURATION', {
    what: 'a duration cannot be read',
    expected: "a number and a unit, such as '5 minutes'",
    received: typeof text === 'string' ? `'${text}'` : typeof text,
  });
}

/** As `parseDuration`, with null for what is no duration or too long to count in milliseconds. */
export function durationMs(text: string): number | null {
  const ms = latencyMs(text);
  return ms === null ? null : Math.round(ms);
}

/** As `durationMs`, not rounded: limits of latencies may be parts of a millisecond. */
export function latencyMs(text: string): number | null {
  const [, amount, unit] = PATTERN.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  const ms = Number(amount) * UNITS[unit as Unit];
  return ms <= Number.MAX_SAFE_INTEGER ? ms : null;
}

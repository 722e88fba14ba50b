import { PipelineError } from '../errors/pipeline-error.js';

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;
const ZONE = /(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an ISO date or date-time; one without a zone is UTC. Null when the text is neither. */
export function parseInstant(text: string): number | null {
  const midnight = startOfDay(text.slice(0, 10));
  if (DATE_ONLY.test(text) || midnight === null) return midnight;
  if (!DATE_TIME.test(text)) return null;
  const ms = Date.parse(ZONE.test(text) ? text.replace(' ', 'T') : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** Refuses dates such as 2001-02-30, which the parser of JavaScript rolls over. */
function startOfDay(date: string): number | null {
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  return !Number.isNaN(ms) && isoInstant(ms).startsWith(date) ? ms : null;
}

/** ISO-8601 in UTC with milliseconds. */
export function isoInstant(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds as an SQL timestamp literal. */
export function timestampLiteral(ms: number): string {
  return `make_timestamp_ms(${String(ms)})`;
}

export interface EventWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Bounds of a half-open window [from, to). DATA_WINDOW_INVALID when a bound is no date or `from` is not before `to`. */
export function parseWindow(window: { readonly from: string; readonly to: string }): EventWindow {
  const fromMs = parseInstant(window.from);
  const toMs = parseInstant(window.to);
  if (fromMs === null || toMs === null) {
    throw new PipelineError('DATA_WINDOW_INVALID', {
      what: 'the event-time window has a bound that is not a date',
      expected: 'ISO dates or date-times, such as 2001-01-31 or 2001-01-31T12:00:00Z',
      received: `from ${window.from} to ${window.to}`,
    });
  }
  if (fromMs >= toMs) {
    throw new PipelineError('DATA_WINDOW_INVALID', {
      what: 'the event-time window is empty or runs backwards',
      expected: '`from` earlier than `to`',
      received: `from ${window.from} to ${window.to}`,
    });
  }
  return { fromMs, toMs };
}

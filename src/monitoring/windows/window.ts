import { isoInstant, parseInstant } from '../../data/event-time.js';
import type { MonitorWindowRequest } from '../../contracts/entities/monitoring.js';
import type { MonitorConfig } from '../../contracts/stages/monitor.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Half-open event-time window, ms since 1970. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const LONGEST_DEFAULT_GRACE_MS = 60_000;

/** How long after its end a window of the wall's clock waits for rows that are still on their way, ms: less than a window. */
export function graceOf({ everyMs, graceMs = LONGEST_DEFAULT_GRACE_MS }: Pick<MonitorConfig, 'everyMs' | 'graceMs'>): number {
  return Math.min(graceMs, Math.floor(everyMs / 2));
}

export type WindowPhase = MonitorWindowRequest['phase'];

/**
 * The window that a request means. Windows given by a time `at` are multiples of `everyMs` since 1970: the last that ended by then.
 * MONITOR_WINDOW_INVALID.
 */
export function windowOf(request: MonitorWindowRequest, everyMs: number): Window {
  if ('at' in request) {
    const atMs = parseInstant(request.at);
    if (atMs === null) throw invalid(`at ${request.at}`);
    const toMs = Math.floor(atMs / everyMs) * everyMs;
    return { fromMs: toMs - everyMs, toMs };
  }
  const [fromMs, toMs] = [parseInstant(request.from), parseInstant(request.to)];
  if (fromMs === null || toMs === null || fromMs >= toMs) throw invalid(`from ${request.from} to ${request.to}`);
  return { fromMs, toMs };
}

export const windowPrefix = (model: string): string => `monitors/${model}/windows/`;

/** Key of the report of a window. Readable in a folder listing and in time order. */
export function windowKey(model: string, window: Window, phase: WindowPhase): string {
  return `${windowPrefix(model)}${shortInstant(window.fromMs)}.${phase}.json`;
}

/** `2001-02-05`, or `2001-02-05T10-30-00Z` when it is not midnight. */
function shortInstant(ms: number): string {
  const iso = isoInstant(ms);
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.replace('.000Z', 'Z').replaceAll(':', '-');
}

function invalid(received: string): PipelineError {
  return new PipelineError('MONITOR_WINDOW_INVALID', {
    what: 'the window has no valid bounds',
    expected: 'ISO times, from before to',
    received,
  });
}

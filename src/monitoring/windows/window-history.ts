import type { WindowReport } from '../../contracts/entities/monitoring.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { getIfThere, parseRecord, recordBytes } from '../../store/json/json-record.js';
import type { ObjectStore } from '../../store/port.js';
import { isoInstant } from '../../data/event-time.js';
import type { ClosedWindows } from './window-rows.js';
import type { Window, WindowPhase } from './window.js';
import { windowKey, windowPrefix } from './window.js';

/** Windows that are looked back on. */
const MAX_HISTORY = 24;
const MEMBERS = [
  'model',
  'endpoint',
  'from',
  'to',
  'rows',
  'versions',
  'drift',
  'performance',
  'labelCoverage',
  'report',
] as const;

/** Reports of the windows of a phase before this one, newest first, at most 24. */
export async function earlierReports(
  objects: ObjectStore,
  model: string,
  phase: WindowPhase,
  window: Window,
): Promise<WindowReport[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(windowPrefix(model))) if (key.endsWith(`.${phase}.json`)) keys.push(key);
  const reports: WindowReport[] = [];
  for (const key of keys.reverse()) {
    const stored = await getIfThere(objects, key);
    if (stored === null) continue;
    const report = parseRecord<WindowReport>(stored.bytes, key, MEMBERS);
    if (Date.parse(report.from) < window.fromMs) reports.push(report);
    if (reports.length === MAX_HISTORY) break;
  }
  return reports;
}

/** The newest 24 closed windows of a phase, without this one. */
export async function closedWindows(
  objects: ObjectStore,
  model: string,
  phase: WindowPhase,
  window: Window,
): Promise<ClosedWindows> {
  const reports = await earlierReports(objects, model, phase, { fromMs: Infinity, toMs: Infinity });
  const others = reports.filter(({ from }) => Date.parse(from) !== window.fromMs);
  const times = others.flatMap(({ closedAt, read }) => (closedAt === undefined ? [] : [{ ms: Date.parse(closedAt), read }]));
  const last = times.reduce<(typeof times)[number] | null>(
    (best, next) => (best === null || next.ms >= best.ms ? next : best),
    null,
  );
  return {
    windows: others.map(({ from, to }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) })),
    lastMs: last?.ms ?? null,
    ...(last?.read === undefined ? {} : { read: last.read }),
  };
}

/** The report of this window, or null. MONITOR_WINDOW_INVALID when a window of the same start but another end was closed. */
export async function storedReport(
  objects: ObjectStore,
  model: string,
  phase: WindowPhase,
  window: Window,
): Promise<WindowReport | null> {
  const key = windowKey(model, window, phase);
  const stored = await getIfThere(objects, key);
  if (stored === null) return null;
  const report = parseRecord<WindowReport>(stored.bytes, key, MEMBERS);
  if (Date.parse(report.to) === window.toMs) return report;
  throw new PipelineError('MONITOR_WINDOW_INVALID', {
    what: `the window of ${model} from ${report.from} was closed with another end`,
    expected: `to ${report.to}`,
    received: isoInstant(window.toMs),
  });
}

/** Records the report; of racing writers the first wins. Performance that could not be measured yet gives way. Returns what is recorded. */
export async function recordReport(
  objects: ObjectStore,
  phase: WindowPhase,
  window: Window,
  report: WindowReport,
): Promise<WindowReport> {
  const key = windowKey(report.model, window, phase);
  const present = await getIfThere(objects, key);
  if (present !== null) {
    const stored = parseRecord<WindowReport>(present.bytes, key, MEMBERS);
    if (phase === 'drift' || stored.performance !== null) return stored;
  }
  try {
    if (present === null) await objects.putIfAbsent(key, recordBytes(report));
    else await objects.putIfMatch(key, recordBytes(report), present.etag);
    return report;
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    const winner = await objects.get(key);
    return parseRecord<WindowReport>(winner.bytes, key, MEMBERS);
  }
}

import { jsonFile } from '../../store/artifacts/json-file.js';
import type { MonitorWindowRequest, WindowReport } from '../../contracts/entities/monitoring.js';
import type { MonitorConfig } from '../../contracts/stages/monitor.js';
import type { DuckDb } from '../../data/duckdb.js';
import { withDuckDb } from '../../data/duckdb.js';
import { engineOptions } from '../../data/engine-options.js';
import { isoInstant } from '../../data/event-time.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { foldDays } from '../../predictions/fold-day.js';
import type { LogListing } from '../../predictions/log-files.js';
import { renderPage } from '../../report/page.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import { decideTriggers } from '../decide-triggers.js';
import { scoreDrift } from '../drift.js';
import { decileEdges } from '../statistics/drift-bins.js';
import { readMonitor } from '../monitor-record.js';
import type { Performance } from './performance.js';
import { measurePerformance } from './performance.js';
import type { Profile } from '../../profiles/profile.js';
import { profileColumns } from '../../profiles/profile.js';
import type { Reference } from '../reference.js';
import { findReference } from '../reference.js';
import { closedWindows, earlierReports, recordReport, storedReport } from './window-history.js';
import type { WindowRows } from './window-rows.js';
import { inputColumns, loadWindowRows, NONE_CLOSED, WINDOW_ROWS } from './window-rows.js';
import { windowSignals } from './window-signals.js';
import type { Window } from './window.js';
import { windowOf } from './window.js';

/**
 * Closes one event-time window of a model: profile, drift against the champion's evaluation, in the phase `performance` also metrics on
 * the labels that have come; publishes the report, records it and signals the model's continuous training. Closing a window again
 * returns what is recorded and repeats the signals with their ids, except that a window without performance is measured again.
 * MONITOR_NOT_CONFIGURED, MONITOR_WINDOW_INVALID, MONITOR_WINDOW_EMPTY, MONITOR_REFERENCE_MISSING, MONITOR_COLUMN_UNKNOWN,
 * MONITOR_STATISTIC_UNFIT, MONITOR_LABELS_UNREADABLE.
 */
export async function closeWindow(input: MonitorWindowRequest, context: StepContext): Promise<WindowReport> {
  const { objects } = context.artifacts;
  const { config } = await readMonitor(objects, input.model);
  const window = windowOf(input, config.everyMs);
  if (input.phase === 'performance' && config.labels === undefined) {
    throw new PipelineError('MONITOR_LABELS_MISSING', {
      what: 'performance cannot be measured without labels',
      where: `the monitor of model ${input.model}`,
    });
  }
  const stored = await storedReport(objects, input.model, input.phase, window);
  const done = stored !== null && (input.phase === 'drift' || stored.performance !== null);
  // Neither the run nor its history needs to know how far the log was read.
  const recorded = done
    ? stored
    : await recordReport(objects, input.phase, window, await makeReport(input, config, window, context));
  const report: WindowReport = { ...recorded };
  Reflect.deleteProperty(report, 'read');
  for (const signal of windowSignals(report, input.phase)) await context.temporal?.signalTraining(report.model, signal);
  context.metric('rows', report.rows);
  if (report.late !== undefined && report.late > 0) context.metric('late', report.late);
  return report;
}

async function makeReport(
  { model, phase }: MonitorWindowRequest,
  config: MonitorConfig,
  window: Window,
  context: StepContext,
): Promise<WindowReport> {
  const reference = await findReference(context.artifacts, model);
  if (reference === null) throw new PipelineError('MONITOR_REFERENCE_MISSING', { what: `model ${model} has no champion` });
  return withDuckDb(engineOptions(context), async (db) => {
    const { objects } = context.artifacts;
    const closed = config.clock === 'event' ? await closedWindows(objects, model, phase, window) : NONE_CLOSED;
    const closedAt = isoInstant(Date.now());
    const rows = await loadWindowRows(db, context, config, reference.meta.signature, window, closed);
    context.progress(1, 3, `${rows.rows} predictions read`);
    const current = await profileWindow(db, reference);
    context.progress(2, 3, 'profiled');
    const performance: Performance =
      phase === 'performance'
        ? await measurePerformance(db, config, reference.meta.task, context)
        : { performance: null, labelCoverage: 0, performanceCrossed: [] };
    const report = await publishReport({ phase, config, window, reference, rows, current, performance }, context);
    await tidyLog(db, context, rows.listing);
    // Not in the artifact, which is the same for the same rows.
    return { ...report, closedAt, read: rows.read };
  });
}

/** Folds the days of the log that are over. It is no part of the report: what fails is logged, and done with the next window. */
async function tidyLog(db: DuckDb, context: StepContext, listing: LogListing): Promise<void> {
  const { artifacts, scratch, signal } = context;
  try {
    const days = await foldDays({ objects: artifacts.objects, db, scratch, signal, nowMs: Date.now() }, listing);
    if (days.length > 0) context.log.info(`folded the prediction log of ${days.join(', ')}`, { endpoint: listing.endpoint });
  } catch (error) {
    signal.throwIfAborted();
    context.log.warn('the prediction log could not be folded', { endpoint: listing.endpoint, reason: reasonOf(error) });
  }
}

/** The raw inputs of all rows, and under the name `score` the scores that the reference's version gave: others would not compare. */
async function profileWindow(db: DuckDb, { meta, version, profile }: Reference): Promise<Profile> {
  const columns = inputColumns(meta.signature).filter(({ name }) => name !== 'score');
  const cuts = Object.fromEntries(
    Object.entries(profile.columns).flatMap(([name, column]) => (column.type === 'numeric' ? [[name, decileEdges(column)]] : [])),
  );
  const { inputs, scores } = await db.use(async (connection) => ({
    inputs: await profileColumns(connection, WINDOW_ROWS, columns, cuts),
    scores: await profileColumns(
      connection,
      `(SELECT __score AS score FROM ${WINDOW_ROWS} WHERE __version = ${version.version})`,
      [{ name: 'score', type: 'float', nullable: false }],
      cuts,
    ),
  }));
  return { ...inputs, columns: { ...inputs.columns, ...scores.columns } };
}

interface Measured {
  readonly phase: MonitorWindowRequest['phase'];
  readonly config: MonitorConfig;
  readonly window: Window;
  readonly reference: Reference;
  readonly rows: WindowRows;
  readonly current: Profile;
  readonly performance: Performance;
}

async function publishReport(
  { phase, config, window, reference, rows, current, performance }: Measured,
  context: StepContext,
): Promise<WindowReport> {
  const { objects } = context.artifacts;
  const referenceVersion = reference.version.version;
  const earlierDrift = await earlierReports(objects, config.model, 'drift', window);
  const comparable = earlierDrift.filter((report) => report.report.meta['referenceVersion'] === referenceVersion);
  const measured: Omit<WindowReport, 'report'> = {
    model: config.model,
    endpoint: config.endpoint,
    from: isoInstant(window.fromMs),
    to: isoInstant(window.toMs),
    rows: rows.rows,
    versions: rows.versions,
    late: rows.late,
    drift: scoreDrift(config, reference.profile, current, comparable),
    ...performance,
    labelsDueAt: config.labels === undefined ? null : isoInstant(window.toMs + config.labels.delayMs),
  };
  const report: Omit<WindowReport, 'report'> =
    phase === 'drift' && config.triggers !== undefined
      ? {
          ...measured,
          triggered: decideTriggers(config.triggers, {
            window: measured,
            earlier: comparable,
            reference: reference.profile,
            current,
          }),
        }
      : measured;
  // Loaded late: most workers never draw a chart.
  const { windowPage } = await import('./window-page.js');
  const page = windowPage({
    report,
    phase,
    referenceVersion,
    reference: reference.profile,
    current,
    failedRatio: rows.failedRatio,
    earlierDrift,
    earlierPerformance: await earlierReports(objects, config.model, 'performance', window),
  });
  const artifact = await context.artifacts.publish({
    kind: 'monitor-report',
    files: [
      jsonFile('report.json', canonicalJson(report)),
      jsonFile('profile.json', canonicalJson(current)),
      { name: 'report.html', mediaType: 'text/html', content: { bytes: Buffer.from(renderPage(page)) } },
    ],
    meta: {
      model: config.model,
      endpoint: config.endpoint,
      from: report.from,
      to: report.to,
      phase,
      rows: rows.rows,
      referenceVersion,
    },
    inputs: [reference.evaluation, reference.version.artifact].map(({ kind, id }) => ({ kind, id })),
  });
  return { ...report, report: artifact };
}

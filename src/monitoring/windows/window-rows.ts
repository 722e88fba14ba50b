import type { ColumnSpec, ColumnType } from '../../contracts/dataset.js';
import type { MonitorConfig } from '../../contracts/stages/monitor.js';
import type { ModelSignature, TensorDatatype, TensorSpec } from '../../contracts/model.js';
import { inputLogColumn, loggedValueSql } from '../../contracts/store/prediction-row.js';
import { isoInstant, timestampLiteral } from '../../data/event-time.js';
import type { DuckDb } from '../../data/duckdb.js';
import { identifier, literal } from '../../contracts/sql-text.js';
import { fileList } from '../../data/file-list.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { fetchFiles } from '../../predictions/fetch-files.js';
import { type LogFile, meets } from '../../predictions/log-file-name.js';
import type { LogListing, LogQuery } from '../../predictions/log-files.js';
import { filesOf, listLog } from '../../predictions/log-files.js';
import { cameSince, type ReadPosition, readPosition, REMEMBERED_MS } from './read-position.js';
import type { Window } from './window.js';
import { graceOf } from './window.js';

/** Table of the answered rows of a window: `__id`, `__score`, `__version`, then the model's raw inputs by their names. */
export const WINDOW_ROWS = 'window_rows';

const TYPES: Record<TensorDatatype, ColumnType> = { BOOL: 'boolean', INT64: 'integer', FP32: 'float', BYTES: 'category' };

export interface WindowRows {
  readonly rows: number;
  readonly versions: readonly number[];
  /** Share of the requests of the window that were not answered. */
  readonly failedRatio: number;
  /** Answered rows that came too late for the window of their event, see `countLate`. */
  readonly late: number;
  /** How far the log has been read with this window. */
  readonly read: ReadPosition;
  /** The log as it was listed, for who tidies it up. */
  readonly listing: LogListing;
}

/** Raw inputs of a model as columns. */
export function inputColumns(signature: ModelSignature): ColumnSpec[] {
  return signature.inputs.map((spec) => ({
    name: spec.name,
    type: spec.column ?? TYPES[spec.datatype],
    nullable: spec.nullable ?? false,
  }));
}

/** Windows that were closed already. */
export interface ClosedWindows {
  readonly windows: readonly Window[];
  /** When the last of them was, ms since 1970; null: none was. */
  readonly lastMs: number | null;
  /** How far the log had been read then; absent: not known. */
  readonly read?: ReadPosition;
}

export const NONE_CLOSED: ClosedWindows = { windows: [], lastMs: null };

/** Files may be folded while they are read: a listed file is then missing, and the files are listed again. */
const LISTINGS = 3;

/**
 * Loads an endpoint's answered rows (status 2xx, finite score) whose event is in the window into the table `window_rows`, each request id once: of
 * several answers to one id the last counts. When a row was logged does not matter. MONITOR_WINDOW_EMPTY when there is none.
 * @param closed - on the event's clock: what was closed before, for which rows may have come too late.
 */
export async function loadWindowRows(
  db: DuckDb,
  context: StepContext,
  config: WatchedLog,
  signature: ModelSignature,
  window: Window,
  closed: ClosedWindows = NONE_CLOSED,
): Promise<WindowRows> {
  const { files, late: lateFiles, listing } = await fetchLog(context, config, window, closed);
  if (files.length === 0) throw emptyWindow(config.endpoint, window, 0);
  const log = `read_parquet(${fileList(files)}, union_by_name = true)`;
  const described = await db.query(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${log})`);
  const present = new Set(described.map((row) => String(row['column_name']).toLowerCase()));
  const inputs = signature.inputs.map((spec) => `${inputSql(spec, present)} AS ${identifier(spec.name)}`);
  const answered = '(status BETWEEN 200 AND 299 AND isfinite(score))';
  await db.run(
    `CREATE OR REPLACE TEMP TABLE requests AS
     SELECT request_id AS __id, score::DOUBLE AS __score, version AS __version, coalesce(${answered}, false) AS __answered${inputs.map((sql) => `, ${sql}`).join('')}
     FROM ${log} WHERE event_time >= ${timestampLiteral(window.fromMs)} AND event_time < ${timestampLiteral(window.toMs)}
     QUALIFY row_number() OVER (PARTITION BY request_id ORDER BY coalesce(${answered}, false) DESC, logged_at DESC, version, score) = 1`,
  );
  await db.run(`CREATE OR REPLACE TEMP TABLE ${WINDOW_ROWS} AS SELECT * EXCLUDE (__answered) FROM requests WHERE __answered`);
  const [counts] = await db.query('SELECT count(*) AS total, count(*) FILTER (WHERE __answered) AS answered FROM requests');
  const versions = await db.query(
    `SELECT DISTINCT __version AS version FROM ${WINDOW_ROWS} WHERE __version IS NOT NULL ORDER BY 1`,
  );
  const late = await countLate(
    db,
    answered,
    config.clock === 'event' ? lateFiles : [{ log, where: lateOnWallClock(config, window) }],
  );
  await db.run('DROP TABLE requests');
  const [total, rows] = [Number(counts?.['total'] ?? 0), Number(counts?.['answered'] ?? 0)];
  if (rows === 0) throw emptyWindow(config.endpoint, window, files.length);
  return {
    rows,
    versions: versions.map((row) => Number(row['version'])),
    failedRatio: (total - rows) / total,
    late,
    read: readPosition(listing),
    listing,
  };
}

/** Rows of which some came too late, and which those are, in SQL. */
interface LateRows {
  readonly log: string;
  readonly where: string;
}

async function countLate(db: DuckDb, answered: string, rows: readonly LateRows[]): Promise<number> {
  if (rows.length === 0) return 0;
  const some = rows.map(({ log, where }) => `SELECT request_id FROM ${log} WHERE ${answered} AND (${where})`);
  const [row] = await db.query(`SELECT count(DISTINCT request_id) AS late FROM (${some.join(' UNION ALL ')})`);
  return Number(row?.['late'] ?? 0);
}

/** Logged in the time of this window, after the window of the event had ended and waited for `graceMs`. In SQL. */
function lateOnWallClock(config: WatchedLog, window: Window): string {
  const every = String(config.everyMs);
  const start = `epoch_ms(event_time) - ((epoch_ms(event_time) % ${every}) + ${every}) % ${every}`;
  const closed = `${start} + ${String(config.everyMs + graceOf(config))}`;
  return `epoch_ms(logged_at) >= ${closed}
     AND logged_at >= ${timestampLiteral(window.fromMs)} AND logged_at < ${timestampLiteral(window.toMs)}`;
}

/** Come since the last window was closed, with an event in one that was: earlier ones were counted by windows before. */
function lateOnEventClock({ windows, lastMs }: ClosedWindows, all: readonly string[], byTime: readonly string[]): LateRows[] {
  if (lastMs === null || windows.length === 0) return [];
  const inside = windows.map(
    ({ fromMs, toMs }) => `(event_time >= ${timestampLiteral(fromMs)} AND event_time < ${timestampLiteral(toMs)})`,
  );
  const where = `(${inside.join(' OR ')})`;
  return [
    { files: all, where },
    { files: byTime, where: `logged_at >= ${timestampLiteral(lastMs)} AND ${where}` },
  ].flatMap(({ files, where: some }) =>
    files.length === 0 ? [] : [{ log: `read_parquet(${fileList(files)}, union_by_name = true)`, where: some }],
  );
}

type WatchedLog = Pick<MonitorConfig, 'endpoint' | 'clock' | 'everyMs' | 'graceMs'>;

/** Local paths of the files that may hold rows of the window, or rows that came too late for another. */
async function fetchLog(
  { artifacts: { objects }, scratch, signal }: StepContext,
  { endpoint, clock }: WatchedLog,
  window: Window,
  closed: ClosedWindows,
): Promise<{ readonly files: readonly string[]; readonly late: readonly LateRows[]; readonly listing: LogListing }> {
  const { lastMs, read } = closed;
  const queries: LogQuery[] = [{ by: 'eventTime', ...window }];
  if (clock === 'wall') queries.push({ by: 'loggedAt', ...window });
  else if (lastMs !== null)
    queries.push({ by: 'loggedAt', fromMs: lastMs - (read === undefined ? 0 : REMEMBERED_MS), toMs: Infinity });
  const since = (file: LogFile): ReturnType<typeof cameSince> =>
    clock === 'wall' || lastMs === null ? 'none' : read === undefined ? 'by time' : cameSince(file, read, lastMs);
  const isAsked = (file: LogFile): boolean =>
    clock === 'wall' || file.name === null || meets(file.name.eventTime, window) || since(file) !== 'none';
  for (let tries = 1; ; tries += 1) {
    const listing = await listLog(objects, endpoint);
    const found = (await filesOf(objects, listing, queries)).filter(isAsked);
    try {
      const files = await fetchFiles(objects, found, { scratch, name: `log-${tries}`, signal });
      const whens = found.map(since);
      const come = (when: ReturnType<typeof since>): string[] => files.filter((_, index) => whens[index] === when);
      return { files, late: lateOnEventClock(closed, come('all'), come('by time')), listing };
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_NOT_FOUND' || tries === LISTINGS) throw error;
    }
  }
}

function inputSql(spec: TensorSpec, present: ReadonlySet<string>): string {
  const { name, type } = inputLogColumn(spec);
  return present.has(name.toLowerCase()) ? loggedValueSql(spec, identifier(name)) : `NULL::${type}`;
}

function emptyWindow(endpoint: string, window: Window, files: number): PipelineError {
  return new PipelineError('MONITOR_WINDOW_EMPTY', {
    what: 'no prediction was answered',
    where: `the window from ${isoInstant(window.fromMs)} to ${isoInstant(window.toMs)} of endpoint ${literal(endpoint)}`,
    received: `${files} prediction files`,
  });
}

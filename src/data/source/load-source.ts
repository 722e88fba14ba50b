import { epochMsSql } from '../../contracts/epoch-ms.js';
import type { FileSource } from '../../contracts/dataset.js';
import type { IngestConfig } from '../../contracts/stages/ingest.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { eventTimeOf } from '../../schema/schema.js';
import { COLUMNS_AT_ONCE } from '../column-blocks.js';
import type { DuckDb } from '../duckdb.js';
import type { EventWindow } from '../event-time.js';
import { isoInstant, parseWindow, timestampLiteral } from '../event-time.js';
import { castRows, readWideOnce } from './casts/cast-rows.js';
import type { CheckScope } from './casts/check-casts.js';
import { checkCasts } from './casts/check-casts.js';
import type { PlannedGroup } from './casts/column-casts.js';
import { planCasts } from './casts/column-casts.js';
import { openSource, readingSource } from './open-source.js';
import { checkRowCount } from './row-counts.js';
import { failsSql, valueSql } from './casts/value-cast.js';

/** What is read, from files. */
type FileIngest = IngestConfig & { readonly source: FileSource };

/**
 * Reads a source into the table `table`: rows whose event time is in the window, in the schema's types, ordered by event time and then
 * by all columns, so that the order of rows in the files does not count. Timestamps are cut to milliseconds. NaN is missing. No row
 * vanishes: those of CSV files are counted by other means than the engine's.
 * Errors: DATA_SOURCE_MISSING, DATA_SOURCE_CORRUPT, DATA_SOURCE_OPTION, DATA_COLUMN_MISSING, DATA_COLUMN_TYPE, DATA_WINDOW_INVALID,
 * DATA_WINDOW_EMPTY.
 */
export async function loadSource(db: DuckDb, config: FileIngest, table: string): Promise<void> {
  const { source, schema } = config;
  const window = config.window === undefined ? null : checkedWindow(config);
  const open = await openSource(db, source);

  await readingSource(source, open.files, async () => {
    const files = await planCasts(db, source, open, schema);
    const planned = await readWideOnce(db, files, `${table}_source`, (part) =>
      part.group.rows === null ? checkedIn(part, config, window) : 'true',
    );
    const checked = await checkCasts(db, source, planned, (part) => scopeOf(part, config, window));
    const order = [orderColumn(config), ...schema.columns.map(({ name }) => name)].filter((name) => name !== null);
    await castRows(db, table, planned, (part) => inWindow(part, config, window), order);
    for (const [position, { group }] of planned.entries())
      if (group !== files[position]?.group) await db.run(`DROP TABLE ${group.relation}`);
    const [counted] = await db.query(`SELECT count(*) AS rows FROM ${table}`);
    const rows = Number(counted?.['rows'] ?? 0);
    for (const [position, { group }] of planned.entries()) checkRowCount(group, checked[position]?.rows ?? 0);
    checkRowCount({ files: open.files, rows: checked.reduce((sum, part) => sum + part.kept, 0) }, rows);
    if (rows === 0) throw await emptyWindow(db, config, files);
  });
}

/** The column by which a dataset is ordered: the schema's event time, else that of the window. */
export function orderColumn(config: IngestConfig): string | null {
  return eventTimeOf(config.schema) ?? config.window?.column ?? null;
}

function checkedWindow({ window, schema }: IngestConfig): EventWindow | null {
  if (window === undefined) return null;
  const bounds = parseWindow(window);
  const column = schema.columns.find(({ name }) => name === window.column);
  if (column?.type === 'timestamp') return bounds;
  const timestamps = schema.columns.filter(({ type }) => type === 'timestamp').map(({ name }) => name);
  throw new PipelineError('DATA_WINDOW_INVALID', {
    what: `the window is over column "${window.column}"`,
    where: `schema ${schema.name}`,
    expected:
      timestamps.length === 0 ? 'a schema with a timestamp column' : `one of the timestamp columns ${timestamps.join(', ')}`,
    received: column === undefined ? 'a column that the schema does not have' : `a ${column.type} column`,
  });
}

function inWindow({ casts }: PlannedGroup, config: IngestConfig, window: EventWindow | null): string {
  const eventTime = casts.find(({ column }) => column.name === config.window?.column);
  if (eventTime === undefined || window === null) return 'true';
  const { rangeSql } = eventTime;
  return `(${rangeSql} >= ${timestampLiteral(window.fromMs)} AND ${rangeSql} < ${timestampLiteral(window.toMs)})`;
}

/** Rows of the window, and those whose event time cannot be read, which no window would ever show. */
function checkedIn(part: PlannedGroup, config: IngestConfig, window: EventWindow | null): string {
  const eventTime = part.casts.find(({ column }) => column.name === config.window?.column);
  const unreadable = eventTime?.hides === true ? failsSql(eventTime) : null;
  return `(${inWindow(part, config, window)}${unreadable === null ? '' : ` OR ${unreadable}`})`;
}

/** Files that do not count their own rows are read whole. */
function scopeOf(part: PlannedGroup, config: IngestConfig, window: EventWindow | null): CheckScope {
  const { relation, rows } = part.group;
  const checked = checkedIn(part, config, window);
  const kept = inWindow(part, config, window);
  const isOneFile = part.group.files.length === 1 && rows !== null && part.casts.length <= COLUMNS_AT_ONCE;
  return { relation, read: rows === null ? checked : 'true', checked, kept, isOneFile };
}

async function emptyWindow(db: DuckDb, config: FileIngest, planned: readonly PlannedGroup[]): Promise<PipelineError> {
  const times = planned.map(({ group, casts }) => {
    const eventTime = casts.find(({ column }) => column.name === config.window?.column);
    const time = eventTime === undefined ? 'NULL::TIMESTAMP' : valueSql(eventTime);
    return `SELECT ${time} AS t FROM ${group.relation}`;
  });
  const [range] = await db.query(
    `SELECT count(*) AS rows, ${epochMsSql(`min(t)`)} AS from_ms, ${epochMsSql(`max(t)`)} AS to_ms FROM (${times.join('\nUNION ALL ')})`,
  );
  const has = (ms: unknown): string | null => (typeof ms === 'number' ? isoInstant(ms) : null);
  const from = has(range?.['from_ms']);
  const to = has(range?.['to_ms']);
  const rows = Number(range?.['rows'] ?? 0);
  return new PipelineError('DATA_WINDOW_EMPTY', {
    what: config.window === undefined ? 'the source has no rows' : `no row between ${config.window.from} and ${config.window.to}`,
    where: config.source.path,
    received: from === null || to === null ? `a source of ${String(rows)} rows` : `${String(rows)} rows from ${from} to ${to}`,
    details: { rows, from, to },
  });
}

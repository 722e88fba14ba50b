import type { IngestConfig } from '../contracts/stages.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { eventTimeOf } from '../schema/schema.js';
import type { ColumnCast } from './column-casts.js';
import { checkCasts, planCasts } from './column-casts.js';
import type { DuckDb } from './duckdb.js';
import type { EventWindow } from './event-time.js';
import { isoInstant, parseWindow, timestampLiteral } from './event-time.js';
import { identifier } from './sql-text.js';
import type { OpenSource } from './source.js';
import { openSource, readingSource } from './source.js';

/**
 * Reads a source into the table `table`: rows whose event time is in the window, in the schema's types, ordered by event time and then
 * by all columns, so that the order of rows in the files does not count. Timestamps are cut to milliseconds.
 * Errors: DATA_SOURCE_MISSING, DATA_SOURCE_CORRUPT, DATA_COLUMN_MISSING, DATA_COLUMN_TYPE, DATA_WINDOW_INVALID, DATA_WINDOW_EMPTY.
 */
export async function loadSource(db: DuckDb, config: IngestConfig, table: string): Promise<void> {
  const { source, schema } = config;
  const window = config.window === undefined ? null : checkedWindow(config);
  const open = await openSource(db, source);
  const casts = planCasts(source, open, schema);
  const castOf = (name: string | null): ColumnCast | undefined => casts.find(({ column }) => column.name === name);
  const windowed = castOf(config.window?.column ?? null);
  const first = castOf(orderColumn(config));

  await readingSource(source, open.files, async () => {
    await checkCasts(db, source, rowsToCheck(open, windowed, window), casts);
    const order = [...(first === undefined ? [] : [first.column]), ...schema.columns];
    await db.run(
      `CREATE TABLE ${table} AS
       SELECT ${casts.map(({ sql, column }) => `${sql} AS ${identifier(column.name)}`).join(', ')}
       FROM (SELECT * FROM ${open.relation} ${inWindow(windowed, window)})
       ORDER BY ${order.map((column) => identifier(column.name)).join(', ')}`,
    );
    const [counted] = await db.query(`SELECT count(*) AS rows FROM ${table}`);
    if (counted?.['rows'] === 0) throw await emptyWindow(db, config, open, windowed);
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

function inWindow(eventTime: ColumnCast | undefined, window: EventWindow | null): string {
  if (eventTime === undefined || window === null) return '';
  const { rangeSql } = eventTime;
  return `WHERE ${rangeSql} >= ${timestampLiteral(window.fromMs)} AND ${rangeSql} < ${timestampLiteral(window.toMs)}`;
}

/** Rows of the window, and those whose event time cannot be read, which no window would ever show. */
function rowsToCheck(open: OpenSource, eventTime: ColumnCast | undefined, window: EventWindow | null): string {
  const filter = inWindow(eventTime, window);
  if (eventTime === undefined || filter === '') return open.relation;
  const unreadable = `(${identifier(eventTime.column.name)} IS NOT NULL AND (${eventTime.sql}) IS NULL)`;
  return `(SELECT * FROM ${open.relation} ${eventTime.fallible ? `${filter} OR ${unreadable}` : filter})`;
}

async function emptyWindow(
  db: DuckDb,
  config: IngestConfig,
  open: OpenSource,
  eventTime: ColumnCast | undefined,
): Promise<PipelineError> {
  const time = eventTime?.rangeSql ?? 'NULL::TIMESTAMP';
  const [range] = await db.query(
    `SELECT count(*) AS rows, epoch_ms(min(${time})) AS from_ms, epoch_ms(max(${time})) AS to_ms FROM ${open.relation}`,
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

import { epochMsSql } from '../../contracts/epoch-ms.js';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetPart, SchemaSpec } from '../../contracts/dataset.js';
import type { DraftFile } from '../../store/artifacts/artifact-store.js';
import type { DuckDb, SqlRow } from '../duckdb.js';
import { isoInstant } from '../event-time.js';
import { identifier, literal } from '../../contracts/sql-text.js';

export interface WrittenDataset {
  readonly rows: number;
  readonly bytes: number;
  readonly parts: readonly DatasetPart[];
  readonly files: readonly DraftFile[];
}

export const PARQUET_MEDIA_TYPE = 'application/vnd.apache.parquet';
const MAX_PARTS = 64;
const ROWS_PER_PART = 250_000;
const CALENDAR = ['week', 'month', 'year'] as const;

/**
 * Writes a table, whose rows lie in the order of the column `eventTime`, as Parquet parts. One part per UTC calendar week (Monday), or month or year when
 * there would be more than 64; without event time one part per 250,000 rows. Windows that overlap therefore share the bytes of the
 * weeks that they both hold whole. Deterministic: equal rows give equal bytes.
 */
export async function writeDataset(
  db: DuckDb,
  table: string,
  schema: SchemaSpec,
  eventTime: string | null,
  folder: string,
  onPart: (done: number, total: number) => void,
): Promise<WrittenDataset> {
  const ranges = await partRanges(db, table, eventTime);
  const columns = schema.columns.map((column) => identifier(column.name)).join(', ');
  const parts: DatasetPart[] = [];
  const files: DraftFile[] = [];
  let bytes = 0;
  for (const [position, range] of ranges.entries()) {
    const name = `part-${String(position).padStart(4, '0')}.parquet`;
    const path = join(folder, name);
    const rows = `SELECT ${columns} FROM ${table} WHERE rowid BETWEEN ${String(range['first'])} AND ${String(range['last'])}`;
    await writeParquet(db, rows, path);
    bytes += (await stat(path)).size;
    parts.push({ file: name, rows: Number(range['rows']), from: instantOf(range['from_ms']), to: instantOf(range['to_ms']) });
    files.push({ name, mediaType: PARQUET_MEDIA_TYPE, content: { path } });
    onPart(position + 1, ranges.length);
  }
  return { rows: parts.reduce((sum, part) => sum + part.rows, 0), bytes, parts, files };
}

/** Writes a query's rows, in its order, to one Parquet file (zstd). */
export async function writeParquet(db: DuckDb, query: string, path: string): Promise<void> {
  await db.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
}

async function partRanges(db: DuckDb, table: string, eventTime: string | null): Promise<readonly SqlRow[]> {
  if (eventTime !== null) {
    for (const unit of CALENDAR) {
      const ranges = await rangesBy(db, table, `date_trunc('${unit}', ${identifier(eventTime)})`, identifier(eventTime));
      if (ranges.length <= MAX_PARTS || unit === 'year') return ranges;
    }
  }
  const [counted] = await db.query(`SELECT count(*) AS rows FROM ${table}`);
  const size = Math.max(ROWS_PER_PART, Math.ceil(Number(counted?.['rows'] ?? 0) / MAX_PARTS));
  return rangesBy(db, table, `rowid // ${String(size)}`, 'NULL::TIMESTAMP');
}

function rangesBy(db: DuckDb, table: string, bucket: string, time: string): Promise<readonly SqlRow[]> {
  return db.query(
    `SELECT count(*) AS rows, min(rowid) AS first, max(rowid) AS last, ${epochMsSql(`min(${time})`)} AS from_ms, ${epochMsSql(`max(${time})`)} AS to_ms
     FROM ${table} GROUP BY ${bucket} ORDER BY first`,
  );
}

function instantOf(ms: SqlRow[string] | undefined): string | null {
  return typeof ms === 'number' ? isoInstant(ms) : null;
}

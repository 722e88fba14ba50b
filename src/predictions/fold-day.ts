import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDb } from '../data/duckdb.js';
import { literal } from '../contracts/sql-text.js';
import { fileList, parquetRelation } from '../data/file-list.js';
import { sha256Hex } from '../store/hash.js';
import type { ObjectStore } from '../store/port.js';
import { readDayIndex, writeDayIndex } from './day-index.js';
import { fetchFiles } from './fetch-files.js';
import { inParallel } from './in-parallel.js';
import { dayPrefix, logFileName } from './log-file-name.js';
import type { LogFile } from './log-file-name.js';
import type { LogListing } from './log-files.js';
import { AT_ONCE, DAY_MS, DAY_WRITER, dayOfKey, withoutFolded } from './log-files.js';

/** So long after its end, ms, nobody writes to a day any more. */
const SETTLED_MS = 6 * 3_600_000;
/** Readers that have listed a file before it was folded have so long to read it, ms. */
const READERS_MS = 3_600_000;
/** A call folds so many days at most, oldest first, and deletes what so many earlier ones replaced. */
const DAYS_AT_ONCE = 3;
/** Files of so many bytes stay as they are; smaller ones are put together up to such a size. */
const LARGE_BYTES = 64 << 20;
const MOST_FILES = 2_000;

export interface FoldParts {
  readonly objects: ObjectStore;
  readonly db: DuckDb;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/**
 * Folds the files of days that are over into few, compressed ones and writes their indexes; what an earlier call folded is deleted. A crash at
 * any moment leaves all rows readable. Returns the days that now have an index.
 */
export async function foldDays(parts: FoldParts, listing: LogListing): Promise<string[]> {
  const byDay = new Map<string, LogFile[]>();
  for (const file of listing.recent) {
    const day = dayOfKey(listing.endpoint, file.key);
    byDay.set(day, [...(byDay.get(day) ?? []), file]);
  }
  const settled = [...byDay.keys()].filter((day) => Date.parse(day) + DAY_MS + SETTLED_MS <= parts.nowMs).sort();
  const days = settled.slice(0, DAYS_AT_ONCE);
  for (const day of days) await foldDay(parts, listing.endpoint, day, byDay.get(day) ?? []);
  if (days.length > 0) await deleteReplaced(parts, listing);
  return days;
}

async function foldDay(parts: FoldParts, endpoint: string, day: string, all: readonly LogFile[]): Promise<void> {
  const current = withoutFolded(all);
  const kept = current.filter(({ name, bytes }) => name !== null && bytes >= LARGE_BYTES);
  const folded: LogFile[] = [];
  for (const some of inPortions(current.filter((file) => !kept.includes(file)))) {
    const [only] = some;
    if (some.length === 1 && only !== undefined && only.name !== null) kept.push(only);
    else folded.push(await foldFiles(parts, dayPrefix(endpoint, day), some));
  }
  const files = [...kept, ...folded];
  const there = new Set(files.map(({ key }) => key));
  const replaced = all.map(({ key }) => key).filter((key) => !there.has(key));
  await writeDayIndex(parts.objects, endpoint, day, { files, replaced });
}

function inPortions(files: readonly LogFile[]): LogFile[][] {
  const portions: LogFile[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    const last = portions.at(-1);
    if (last === undefined || bytes + file.bytes > LARGE_BYTES || last.length >= MOST_FILES) {
      portions.push([file]);
      bytes = file.bytes;
    } else {
      last.push(file);
      bytes += file.bytes;
    }
  }
  return portions;
}

/** One file with the rows of all, under a name that follows from theirs: whoever folds the same files writes the same one. */
async function foldFiles(
  { objects, db, scratch, signal }: FoldParts,
  prefix: string,
  files: readonly LogFile[],
): Promise<LogFile> {
  const paths = await fetchFiles(objects, files, { scratch, name: 'fold', signal });
  const output = join(scratch, 'folded.parquet');
  const rows = `SELECT * FROM read_parquet(${fileList(paths)}, union_by_name = true)`;
  await db.run(`COPY (${rows}) TO ${literal(output)} (FORMAT parquet, COMPRESSION zstd)`);
  const [range] = await db.query(
    `SELECT epoch_ms(min(event_time)) AS e0, epoch_ms(max(event_time)) AS e1, epoch_ms(min(logged_at)) AS l0, epoch_ms(max(logged_at)) AS l1
     FROM ${parquetRelation([output])}`,
  );
  const name = {
    replica: DAY_WRITER,
    incarnation: sha256Hex(files.map(({ key }) => key).join('\n')).slice(0, 8),
    first: 0,
    last: 0,
    eventTime: { fromMs: Number(range?.['e0']), toMs: Number(range?.['e1']) },
    loggedAt: { fromMs: Number(range?.['l0']), toMs: Number(range?.['l1']) },
  };
  const key = `${prefix}${logFileName(name)}`;
  const { size } = await stat(output);
  await objects.putFile(key, output);
  for (const path of [output, ...paths.filter((path) => path.startsWith(scratch))]) await rm(path, { force: true });
  return { key, bytes: size, name };
}

async function deleteReplaced({ objects, nowMs }: FoldParts, { endpoint, indexes }: LogListing): Promise<void> {
  for (const index of indexes.slice(-DAYS_AT_ONCE).filter(({ writtenAtMs }) => nowMs - writtenAtMs >= READERS_MS)) {
    const { replaced } = await readDayIndex(objects, endpoint, index);
    await inParallel(replaced, AT_ONCE, (key) => objects.delete(key));
  }
}

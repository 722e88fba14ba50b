import type { ObjectStore } from '../store/port.js';
import type { DayIndex } from './day-index.js';
import { listDayIndexes, readDayIndex } from './day-index.js';
import { inParallel } from './in-parallel.js';
import type { LogFile, LogFileName, TimeRange } from './log-file-name.js';
import { dayOf, dayPrefix, logPrefix, meets, parseLogFileName } from './log-file-name.js';

/** What is known of an endpoint's log without reading a file of it. */
export interface LogListing {
  readonly endpoint: string;
  readonly indexes: readonly DayIndex[];
  /** Files of the days that have no index, with those that were folded into others. */
  readonly recent: readonly LogFile[];
}

/** Rows that a reader looks for: those with an event in a half-open stretch of time, or those that were logged in one. */
export type LogQuery = { readonly by: 'eventTime' | 'loggedAt'; readonly fromMs: number; readonly toMs: number };

export const DAY_MS = 86_400_000;
/** Requests to the store at a time. */
export const AT_ONCE = 16;
/** Clocks of writers may be ahead of ours by so much, ms. */
const AHEAD_MS = 3_600_000;
/** When more days than this have no index, the whole log is listed at once. */
const DAYS_APART = 31;

/** Asks for a list of the days' indexes, and one of each day since the newest of them; without any index for one of the whole log. */
export async function listLog(objects: ObjectStore, endpoint: string): Promise<LogListing> {
  const indexes = await listDayIndexes(objects, endpoint);
  const newest = indexes.at(-1)?.day;
  const next = newest === undefined ? -Infinity : Date.parse(newest) + DAY_MS;
  const last = Date.parse(dayOf(Date.now() + AHEAD_MS));
  if (last - next > DAYS_APART * DAY_MS) {
    const done = new Set(indexes.map(({ day }) => day));
    const all = await listFiles(objects, logPrefix(endpoint));
    return { endpoint, indexes, recent: all.filter(({ key }) => !done.has(dayOfKey(endpoint, key))) };
  }
  const days: string[] = [];
  for (let day = next; day <= last; day += DAY_MS) days.push(dayOf(day));
  const lists = await inParallel(days, AT_ONCE, (day) => listFiles(objects, dayPrefix(endpoint, day)));
  return { endpoint, indexes, recent: lists.flat() };
}

/**
 * The files that may hold rows of any of the queries: all rows are in them, though not all of their rows are asked for, and a row may be in
 * two of them. In key order. Reads one index for each indexed day that is met.
 */
export async function filesOf(
  objects: ObjectStore,
  { endpoint, indexes, recent }: LogListing,
  queries: readonly LogQuery[],
): Promise<LogFile[]> {
  const wanted = (ranges: Record<LogQuery['by'], TimeRange> | null): boolean =>
    ranges === null || queries.some((query) => meets(ranges[query.by], query));
  const indexed = await inParallel(indexes.filter(wanted), AT_ONCE, (index) => readDayIndex(objects, endpoint, index));
  const files = [...indexed.flatMap(({ files: some }) => some), ...withoutFolded(recent)];
  return files.filter(({ name }) => wanted(name)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The day under which a file was written. */
export const dayOfKey = (endpoint: string, key: string): string => key.slice(logPrefix(endpoint).length).split('/')[0] ?? '';

async function listFiles(objects: ObjectStore, prefix: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for await (const { key, bytes } of objects.list(prefix)) {
    if (key.endsWith('.parquet')) files.push({ key, bytes, name: parseLogFileName(key.slice(key.lastIndexOf('/') + 1)) });
  }
  return files;
}

/** Stands for the writer in names of files that hold what all writers wrote on a day; no replica can have it. */
export const DAY_WRITER = '_day';

/** Without files whose rows are in a folded one of the same writer and day, and without folds of a whole day that no index names. */
export function withoutFolded(files: readonly LogFile[]): LogFile[] {
  const writer = ({ key, name }: LogFile): string =>
    `${key.slice(0, key.lastIndexOf('/'))}/${name?.replica ?? ''}-${name?.incarnation ?? ''}`;
  const folds = new Map<string, LogFileName[]>();
  for (const file of files) {
    if (file.name === null || file.name.first === file.name.last) continue;
    folds.set(writer(file), [...(folds.get(writer(file)) ?? []), file.name]);
  }
  return files.filter((file) => {
    const { name } = file;
    if (name?.replica === DAY_WRITER) return false;
    if (name === null || name.first !== name.last) return true;
    return !(folds.get(writer(file)) ?? []).some((fold) => fold.first <= name.first && name.first <= fold.last);
  });
}

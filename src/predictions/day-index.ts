import { getIfThere, parseRecord, putIfFree, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import type { LogFile, TimeRange } from './log-file-name.js';
import { dayPrefix, parseLogFileName, rangeOf, unite } from './log-file-name.js';

/** What the name of an index says of a day of the log. */
export interface DayIndex {
  readonly key: string;
  /** UTC, `2001-01-31`. */
  readonly day: string;
  readonly eventTime: TimeRange;
  readonly loggedAt: TimeRange;
  readonly writtenAtMs: number;
}

/** The files of a day, and the keys of those that were folded into them. */
export interface IndexedDay {
  readonly files: readonly LogFile[];
  readonly replaced: readonly string[];
}

interface Content {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly replaced: readonly string[];
}

const NAME = /(?<day>\d{4}-\d{2}-\d{2})_e(?<e0>-?\d+)_(?<e1>-?\d+)_l(?<l0>-?\d+)_(?<l1>-?\d+)\.json$/;
const indexPrefix = (endpoint: string): string => `prediction-index/${endpoint}/`;
const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** Indexes of the days that are over and done, oldest first. Their names are enough to pass over days that have none of a window's rows. */
export async function listDayIndexes(objects: ObjectStore, endpoint: string): Promise<DayIndex[]> {
  const byDay = new Map<string, DayIndex>();
  for await (const { key, modifiedAt } of objects.list(indexPrefix(endpoint))) {
    const groups = NAME.exec(key)?.groups;
    const day = groups?.['day'];
    // Two may have raced to index a day: the first name counts, for all readers alike.
    if (groups === undefined || day === undefined || byDay.has(day)) continue;
    byDay.set(day, {
      key,
      day,
      eventTime: rangeOf(groups['e0'], groups['e1']),
      loggedAt: rangeOf(groups['l0'], groups['l1']),
      writtenAtMs: Date.parse(modifiedAt),
    });
  }
  return [...byDay.values()];
}

/** STORE_RECORD_CORRUPT. */
export async function readDayIndex(objects: ObjectStore, endpoint: string, { key, day }: DayIndex): Promise<IndexedDay> {
  const stored = await getIfThere(objects, key);
  if (stored === null) return { files: [], replaced: [] };
  const { files, replaced } = parseRecord<Content>(stored.bytes, key, ['files', 'replaced']);
  const prefix = dayPrefix(endpoint, day);
  return {
    files: files.map(({ name, bytes }) => ({ key: `${prefix}${name}`, bytes, name: parseLogFileName(name) })),
    replaced: replaced.map((name) => `${prefix}${name}`),
  };
}

/** Closes a day: from now on its rows are those of `files`, of which there is at least one and whose names all say what they hold. */
export async function writeDayIndex(
  objects: ObjectStore,
  endpoint: string,
  day: string,
  { files, replaced }: IndexedDay,
): Promise<void> {
  const names = files.flatMap(({ name }) => (name === null ? [] : [name]));
  const [first] = names;
  if (first === undefined) return;
  const eventTime = names.reduce((range, name) => unite(range, name.eventTime), first.eventTime);
  const loggedAt = names.reduce((range, name) => unite(range, name.loggedAt), first.loggedAt);
  const text = ({ fromMs, toMs }: TimeRange): string => `${Math.floor(fromMs / 1000)}_${Math.floor(toMs / 1000)}`;
  const content: Content = {
    files: files.map(({ key, bytes }) => ({ name: nameOf(key), bytes })),
    replaced: replaced.map(nameOf),
  };
  await putIfFree(objects, `${indexPrefix(endpoint)}${day}_e${text(eventTime)}_l${text(loggedAt)}.json`, recordBytes(content));
}

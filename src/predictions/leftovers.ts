import type { ObjectStore } from '../store/port.js';
import { listDayIndexes, readDayIndex } from './day-index.js';
import { inParallel } from './in-parallel.js';
import { parseLogFileName } from './log-file-name.js';
import { AT_ONCE, DAY_WRITER, dayOfKey, withoutFolded } from './log-files.js';

export interface LogItem {
  readonly key: string;
  readonly bytes: number;
}

/**
 * The files of an endpoint's log that no reader reads any more: a fold was killed before it removed them, or a fold
 * of a day was given up.
 */
export async function leftoverFiles<Item extends LogItem>(
  objects: ObjectStore,
  endpoint: string,
  items: readonly Item[],
): Promise<Item[]> {
  const byDay = new Map<string, Item[]>();
  for (const item of items) {
    const day = dayOfKey(endpoint, item.key);
    const ofDay = byDay.get(day);
    if (ofDay === undefined) byDay.set(day, [item]);
    else ofDay.push(item);
  }
  const indexes = new Map((await listDayIndexes(objects, endpoint)).map((index) => [index.day, index]));
  const leftovers = await inParallel([...byDay], AT_ONCE, async ([day, ofDay]) => {
    const index = indexes.get(day);
    if (index === undefined) return unread(ofDay);
    const { files, replaced } = await readDayIndex(objects, endpoint, index);
    const read = new Set(files.map(({ key }) => key));
    const done = new Set(replaced);
    return ofDay.filter(({ key }) => !read.has(key) && (done.has(key) || nameOf(key)?.replica === DAY_WRITER));
  });
  return leftovers.flat();
}

function unread<Item extends LogItem>(ofDay: readonly Item[]): Item[] {
  const files = ofDay.map(({ key, bytes }) => ({ key, bytes, name: nameOf(key) }));
  const read = new Set(withoutFolded(files).map(({ key }) => key));
  return ofDay.filter(({ key }) => !read.has(key));
}

const nameOf = (key: string) => parseLogFileName(key.slice(key.lastIndexOf('/') + 1));

import path from 'node:path';
import { setImmediate as aMoment } from 'node:timers/promises';
import { GENERATIONS, RESERVED } from '../object-key.js';
import type { ObjectInfo } from '../port.js';
import { entriesOf } from './versions.js';

/** Longest time, ms, that a listing keeps the thread without a pause. */
const LISTING_MS = 8;

/** The objects below a prefix, in the order of their keys. `head` says what is in the place of a key now; null: nothing. */
export async function* listFolder(root: string, prefix: string, head: Head): AsyncIterable<ObjectInfo> {
  let since = performance.now();
  for await (const info of walk({ root, prefix, head }, prefix.slice(0, prefix.lastIndexOf('/') + 1))) {
    yield info;
    if (performance.now() - since < LISTING_MS) continue;
    // Nothing of this waits for anything: without a pause, heartbeats and requests would wait for its end.
    await aMoment();
    since = performance.now();
  }
}

type Head = (key: string) => Promise<ObjectInfo | null>;
type Listing = { readonly root: string; readonly prefix: string; readonly head: Head };

async function* walk(listing: Listing, folder: string): AsyncIterable<ObjectInfo> {
  const { root, prefix, head } = listing;
  const names = new Set<string>();
  for (const entry of await entriesOf(path.join(root, folder))) {
    if (entry.name.startsWith(RESERVED)) continue;
    if (!entry.isDirectory()) names.add(entry.name);
    else if (entry.name.endsWith(GENERATIONS)) names.add(entry.name.slice(0, -GENERATIONS.length));
    else names.add(`${entry.name}/`);
  }
  for (const name of inKeyOrder([...names])) {
    const key = folder + name;
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (name.endsWith('/')) {
      yield* walk(listing, key);
      continue;
    }
    const info = key.startsWith(prefix) ? await head(key) : null;
    if (info !== null) yield info;
  }
}

/** By their bytes in UTF-8, which is the order of JavaScript for names without surrogates: nearly all. */
function inKeyOrder(names: string[]): string[] {
  if (names.every((name) => !/[\ud800-\udfff]/.test(name))) return names.sort();
  const bytes = names.map((name) => [name, Buffer.from(name)] as const);
  return bytes.sort(([, left], [, right]) => Buffer.compare(left, right)).map(([name]) => name);
}

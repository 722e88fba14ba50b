import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getIfThere, parseRecord, recordBytes } from '../json/json-record.js';
import type { ObjectStore } from '../port.js';

/** Holds of runs that reuse old objects. Garbage collection keeps what a hold names. */
export const HOLDS_PREFIX = 'holds/';
/** Keys that a garbage collection is removing now. */
export const CONDEMNED_PREFIX = 'gc/condemned/';
/** A garbage collection spares anything younger than this. A reader that relies on something older holds it first. */
export const FRESH_MS = 3_600_000;
/** After this time a garbage collection removes nothing any more of what a record below `CONDEMNED_PREFIX` names. */
export const CONDEMNED_MS = 30_000;
/** A collection that was killed leaves its record. By the clock of who waits: twice the time, and some for what is on its way. */
const LONGEST_WAIT_MS = 75_000;
const LOOK_AGAIN_MS = 100;

/** Ids of artifacts (16 hexadecimal digits) and hashes of objects (64). */
export type ContentIds = { readonly ids: readonly string[] };

/** Whether something is old enough for a garbage collection to remove it. */
export function isOld(modifiedAt: string, now = Date.now()): boolean {
  return now - Date.parse(modifiedAt) > FRESH_MS;
}

/**
 * Takes hold of contents that are older than `FRESH_MS`, before they are relied on. When it resolves, no garbage collection removes them any more:
 * each one reads the holds after it has said what it removes, and we read that after we wrote the hold. What was removed before must be looked for,
 * and written again, after this.
 */
export async function takeHold(objects: ObjectStore, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await objects.put(`${HOLDS_PREFIX}${randomUUID()}.json`, recordBytes({ ids } satisfies ContentIds));
  const mine = new Set(ids);
  for await (const { key } of objects.list(CONDEMNED_PREFIX)) {
    const condemned = await readIds(objects, key);
    if (condemned.some((id) => mine.has(id))) await untilGone(objects, key);
  }
}

/** Nothing when the record is gone. STORE_RECORD_CORRUPT. */
export async function readIds(objects: ObjectStore, key: string): Promise<readonly string[]> {
  const stored = await getIfThere(objects, key);
  return stored === null ? [] : parseRecord<ContentIds>(stored.bytes, key, ['ids']).ids;
}

async function untilGone(objects: ObjectStore, key: string): Promise<void> {
  const since = performance.now();
  while (performance.now() - since < LONGEST_WAIT_MS && (await objects.head(key)) !== null) await sleep(LOOK_AGAIN_MS);
}

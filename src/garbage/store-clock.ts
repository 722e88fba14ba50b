import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../store/port.js';

/** The time by the clock that stamps the objects, ms since 1970: ages are measured by one clock alone. */
export async function storeNow(objects: ObjectStore): Promise<number> {
  const key = `probes/${randomUUID()}`;
  await objects.put(key, Buffer.from('1'));
  const info = await objects.head(key);
  await objects.delete(key);
  return info === null ? Date.now() : Date.parse(info.modifiedAt);
}

import type { ObjectStore } from './port.js';

/** An object store, or where it is: a folder, `file:///...`, `s3://bucket/prefix`, or an address of a kind that was defined. */
export type StoreSetting = string | ObjectStore;

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** The scheme of an address in lower case; null for the path of a folder. */
export const schemeOf = (uri: string): string | null => SCHEME.exec(uri)?.[1]?.toLowerCase() ?? null;

/** What messages call a store. */
export const shownStore = (store: StoreSetting): string => (typeof store === 'string' ? store : store.uri);

/** Whether its objects are files that this machine reaches: looking at them costs little. */
export function isFolder(store: StoreSetting): boolean {
  if (typeof store !== 'string') return store.localPath('a') !== null;
  const scheme = schemeOf(store);
  return scheme === null || scheme === 'file';
}

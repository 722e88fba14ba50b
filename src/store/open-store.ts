import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PipelineError } from '../errors/pipeline-error.js';
import { OBJECT_STORES } from './object-stores.js';
import type { ObjectStore } from './port.js';
import { readAddress, wrongAddress } from './store-address.js';
import { schemeOf, type StoreSetting } from './store-setting.js';

/** Long enough for a restart of the service, short enough for people who wait. Steps wait longer, around it. */
const PATIENCE_MS = 10_000;
/** As many as S3 gives at once. */
const PAGE_KEYS = 1_000;

/** What an `ObjectStore` must have, for callers that no type checks. */
const OPERATIONS = ['get', 'head', 'put', 'putIfAbsent', 'putIfMatch', 'list', 'delete', 'putFile', 'getFile', 'localPath'];

/** How a store is opened. */
export interface OpenStoreOptions {
  /** How long an operation goes on trying while the service does not answer. Default 10,000 ms. */
  readonly patienceMs?: number;
  /** How many keys a listing asks for at once, 1..1,000. Default 1,000. */
  readonly pageKeys?: number;
}

/**
 * Opens an object store by its address: `file:///absolute/folder`, a plain folder (made when missing; `~/` is the home folder),
 * `s3://bucket/prefix`, or one whose scheme `defineObjectStore` has added. One that is open already stays as it is.
 * @throws PipelineError `STORE_URI_INVALID`, which lists the schemes there are; `EXTENSION_OPTIONS_INVALID` for a wrong query; for a folder
 *   also `STORE_DENIED` and `STORE_FULL`. Other stores are first asked at first use.
 */
export async function openObjectStore(store: StoreSetting, options: OpenStoreOptions = {}): Promise<ObjectStore> {
  if (typeof store !== 'string') return checkedStore(store);
  if (store.trim() === '') throw wrongAddress(store, 'it is empty');
  const scheme = schemeOf(store);
  const uri = scheme === null ? pathToFileURL(folderOf(store)).href : store;
  const kind = OBJECT_STORES.find(scheme ?? 'file');
  if (kind === undefined) {
    const known = [...OBJECT_STORES.names()].sort();
    throw wrongAddress(store, `the scheme "${String(scheme)}" is not one of ${known.join(', ')}`);
  }
  const { patienceMs = PATIENCE_MS, pageKeys = PAGE_KEYS } = options;
  const opened: unknown = await kind.open({ uri, ...readAddress(uri, kind), patienceMs, pageKeys });
  return checkedStore(opened, kind.name);
}

const folderOf = (folder: string): string =>
  path.resolve(folder.startsWith('~/') ? path.join(os.homedir(), folder.slice(2)) : folder);

function checkedStore(store: unknown, scheme?: string): ObjectStore {
  const members = typeof store === 'object' && store !== null ? store : {};
  const missing = OPERATIONS.filter((name) => typeof Reflect.get(members, name) !== 'function');
  if (typeof Reflect.get(members, 'uri') !== 'string') missing.push('uri');
  if (missing.length === 0) return store as ObjectStore;
  throw new PipelineError(scheme === undefined ? 'STORE_URI_INVALID' : 'EXTENSION_RESULT_INVALID', {
    what: `${scheme === undefined ? 'the value of `store`' : `what \`open\` of the object store "${scheme}" returned`} is no object store`,
    expected: scheme === undefined ? 'the address of a store, or an ObjectStore' : 'an ObjectStore',
    received: `${typeof store} without ${missing.join(', ')}`,
  });
}

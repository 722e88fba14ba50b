import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { openLocalStore } from './folder/local-store.js';
import type { ObjectStore } from './port.js';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** Long enough for a restart of the service, short enough for people who wait. Steps wait longer, around it. */
const PATIENCE_MS = 10_000;
/** As many as S3 gives at once. */
const PAGE_KEYS = 1_000;

export interface OpenStoreOptions {
  /** How long an operation goes on trying while S3 does not answer. Default 10,000 ms. */
  readonly patienceMs?: number;
  /** How many keys of S3 a listing asks for at once, 1..1,000. Default 1,000. */
  readonly pageKeys?: number;
}

/**
 * Opens an object store by its address: `file:///absolute/folder`, a plain folder (made when missing; `~/` is the home folder), or
 * `s3://bucket/prefix`.
 * @throws PipelineError `STORE_URI_INVALID`; for a folder also `STORE_DENIED` and `STORE_FULL`. S3 is first asked at first use.
 */
export async function openObjectStore(uri: string, options: OpenStoreOptions = {}): Promise<ObjectStore> {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (uri.trim() === '') throw invalid(uri, 'it is empty');
  if (scheme === undefined)
    return openLocalStore(path.resolve(uri.startsWith('~/') ? path.join(os.homedir(), uri.slice(2)) : uri));
  if (scheme === 'file') return openLocalStore(folderOf(uri));
  if (scheme !== 's3') throw invalid(uri, `the scheme "${scheme}" is not one of file, s3`);

  const [, bucket, prefix = ''] = S3_ADDRESS.exec(uri) ?? [];
  if (bucket === undefined) throw invalid(uri, 'the bucket name is missing or not a valid one');
  const trimmed = prefix.replace(/\/+$/, '');
  if (trimmed.split('/').some((name) => name === '.' || name === '..') || trimmed.includes('//')) {
    throw invalid(uri, 'the prefix has an empty, "." or ".." name');
  }
  const { openS3Store } = await import('./s3/s3-store.js');
  const { patienceMs = PATIENCE_MS, pageKeys = PAGE_KEYS } = options;
  return openS3Store({ bucket, prefix: trimmed }, process.env, { patienceMs, pageKeys });
}

function folderOf(uri: string): string {
  try {
    return path.resolve(fileURLToPath(uri));
  } catch (error) {
    throw invalid(uri, reasonOf(error));
  }
}

function invalid(uri: string, why: string): PipelineError {
  return new PipelineError('STORE_URI_INVALID', { what: `store address ${JSON.stringify(uri)} cannot be used: ${why}` });
}

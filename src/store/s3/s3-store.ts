import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { randomBytes, randomInt } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { conflict, notFound, tooLarge } from '../file-errors.js';
import { checkKey, checkPrefix } from '../object-key.js';
import type { GetOptions, ObjectInfo, ObjectStore, StoredObject } from '../port.js';
import { patiently } from './patience.js';
import { isUnexplained, s3Error, s3Failure } from './s3-errors.js';

export interface S3Location {
  readonly bucket: string;
  /** Without leading or trailing slash; empty for the whole bucket. */
  readonly prefix: string;
}

interface S3Settings {
  readonly patienceMs: number;
  readonly pageKeys: number;
}

type Condition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string };

const PART_BYTES = 8 << 20;
const PARALLEL_PARTS = 4;
/** By the SDK, within a second; longer absences are `patiently`'s. */
const REQUEST_ATTEMPTS = 3;
const CONNECT_LIMIT_MS = 5_000;
/** A socket on which nothing moves for so long is given up. */
const SILENCE_LIMIT_MS = 60_000;
const CLASH_ATTEMPTS = 8;
const CLASH_WAIT_MS = 20;

/**
 * An object store in an S3 bucket, or any service that speaks S3 with conditional writes. Credentials, region and endpoint come from
 * where every AWS tool takes them (AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, ...); with an
 * endpoint set, buckets are addressed by path. Opening makes no request. Every operation is tried again while the service does not answer, answers
 * that it is busy, or breaks off, for `patienceMs` at most.
 */
export function openS3Store(
  location: S3Location,
  env: Readonly<Record<string, string | undefined>>,
  settings: S3Settings,
): ObjectStore {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const client = new S3Client({
    maxAttempts: REQUEST_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_LIMIT_MS, socketTimeout: SILENCE_LIMIT_MS },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
    ...(region === undefined ? {} : { region }),
  });
  return new S3Store(client, location, settings);
}

class S3Store implements ObjectStore {
  readonly uri: string;
  readonly address: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #base: string;
  readonly #patienceMs: number;
  readonly #pageKeys: number;

  constructor(client: S3Client, location: S3Location, { patienceMs, pageKeys }: S3Settings) {
    this.#patienceMs = patienceMs;
    this.#pageKeys = pageKeys;
    this.uri = `s3://${location.bucket}${location.prefix === '' ? '' : `/${location.prefix}`}`;
    this.address = this.uri;
    this.#client = client;
    this.#bucket = location.bucket;
    this.#base = location.prefix === '' ? '' : `${location.prefix}/`;
  }

  get(key: string, { maxBytes = Infinity }: GetOptions = {}): Promise<StoredObject> {
    return this.#guard('read', key, async (address) => {
      const { Body, ETag, ContentLength = 0 } = await this.#client.send(new GetObjectCommand(address));
      if (Body === undefined) throw notFound(key, this.uri);
      if (ContentLength > maxBytes) {
        if (Body instanceof Readable) Body.destroy();
        throw tooLarge(key, this.uri, maxBytes, ContentLength);
      }
      const bytes = Buffer.from(await Body.transformToByteArray());
      if (bytes.length !== ContentLength) throw this.#brokeOff(key, ContentLength, bytes.length);
      return { bytes, etag: this.#etag(ETag, key) };
    });
  }

  head(key: string): Promise<ObjectInfo | null> {
    return this.#guard('look at', key, async (address) => {
      try {
        const { ContentLength, ETag, LastModified } = await this.#client.send(new HeadObjectCommand(address));
        return this.#info(key, ContentLength, ETag, LastModified);
      } catch (error) {
        const failure = s3Failure(error);
        if (failure.status === 404 && failure.name !== 'NoSuchBucket') return null;
        // An answer without a body cannot say why; one to another question does.
        if (isUnexplained(failure)) await this.#client.send(new GetObjectCommand({ ...address, Range: 'bytes=0-0' }));
        throw error;
      }
    });
  }

  put(key: string, bytes: Uint8Array): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, async (address) => {
      const { ETag } = await this.#client.send(new PutObjectCommand({ ...address, Body: bytes }));
      return { etag: this.#etag(ETag, key) };
    });
  }

  putIfAbsent(key: string, bytes: Uint8Array): Promise<{ readonly etag: string }> {
    return this.#putIf(key, bytes, { IfNoneMatch: '*' }, 'it exists already');
  }

  putIfMatch(key: string, bytes: Uint8Array, etag: string): Promise<{ readonly etag: string }> {
    return this.#putIf(key, bytes, { IfMatch: etag }, 'it has changed since it was read');
  }

  delete(key: string): Promise<void> {
    return this.#guard('delete', key, async (address) => {
      try {
        await this.#client.send(new DeleteObjectCommand(address));
      } catch (error) {
        if (s3Failure(error).name !== 'NoSuchKey') throw error;
      }
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    let token: string | undefined;
    do {
      const page = await patiently(this.#patienceMs, () => this.#page(prefix, token));
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        if (Key !== undefined && !Key.endsWith('/')) yield this.#info(Key.slice(this.#base.length), Size, ETag, LastModified);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  putFile(key: string, path: string): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, async (address) => {
      await (await fs.open(path, 'r')).close();
      const upload = new Upload({
        client: this.#client,
        params: { ...address, Body: createReadStream(path) },
        partSize: PART_BYTES,
        queueSize: PARALLEL_PARTS,
      });
      return { etag: this.#etag((await upload.done()).ETag, key) };
    });
  }

  getFile(key: string, path: string): Promise<void> {
    return this.#guard('copy out', key, async (address) => {
      const { Body, ContentLength } = await this.#client.send(new GetObjectCommand(address));
      if (!(Body instanceof Readable)) throw notFound(key, this.uri);
      const part = `${path}.part-${process.pid}-${randomBytes(6).toString('hex')}`;
      try {
        await pipeline(Body, createWriteStream(part, { flags: 'wx' }));
        const { size } = await fs.stat(part);
        if (ContentLength !== undefined && size !== ContentLength) throw this.#brokeOff(key, ContentLength, size);
        await fs.rename(part, path);
      } finally {
        await fs.rm(part, { force: true });
      }
    });
  }

  localPath(key: string): null {
    checkKey(key);
    return null;
  }

  /** Uploads of a long file that a killed process never finished cost as their bytes do, and no list of objects shows them. */
  async tidy(olderThanMs: number): Promise<number> {
    let removed = 0;
    try {
      const Bucket = this.#bucket;
      const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: this.#base }));
      for (const { Key, UploadId, Initiated } of Uploads) {
        if (Key === undefined || UploadId === undefined || Initiated === undefined) continue;
        if (Date.now() - Initiated.getTime() < olderThanMs) continue;
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        removed += 1;
      }
    } catch (error) {
      // Nobody needs the right to list uploads for anything else, and some services have none to list.
      process.emitWarning(`uploads to ${this.uri} that were never finished could not be removed: ${reasonOf(error)}`);
    }
    return removed;
  }

  #putIf(key: string, bytes: Uint8Array, condition: Condition, why: string): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, async (address, again) => {
      let repeated = again;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { ETag } = await this.#client.send(new PutObjectCommand({ ...address, Body: bytes, ...condition }));
          return { etag: this.#etag(ETag, key) };
        } catch (error) {
          const failure = s3Failure(error);
          repeated ||= failure.attempts > 1;
          if (failure.status === 409 && attempt < CLASH_ATTEMPTS) {
            await wait(randomInt(CLASH_WAIT_MS * 2 ** attempt));
            continue;
          }
          const lost =
            failure.status === 412 || (failure.status === 404 && 'IfMatch' in condition && failure.name !== 'NoSuchBucket');
          if (!lost) throw error;
          const own = repeated ? await this.#ownEarlierWrite(key, bytes) : null;
          if (own !== null) return own;
          throw conflict(key, this.uri, failure.status === 404 ? 'it does not exist' : why);
        }
      }
    });
  }

  /** A try whose answer was lost may have been the winner: then the object holds exactly our bytes. */
  async #ownEarlierWrite(key: string, bytes: Uint8Array): Promise<{ readonly etag: string } | null> {
    if ((await this.head(key)) === null) return null;
    const stored = await this.get(key);
    return stored.bytes.equals(bytes) ? { etag: stored.etag } : null;
  }

  async #page(prefix: string, token: string | undefined) {
    try {
      const question = { Bucket: this.#bucket, Prefix: this.#base + prefix, MaxKeys: this.#pageKeys };
      return await this.#client.send(
        new ListObjectsV2Command(token === undefined ? question : { ...question, ContinuationToken: token }),
      );
    } catch (error) {
      throw s3Error(error, 'list', prefix, this.uri);
    }
  }

  async #guard<Result>(
    action: string,
    key: string,
    work: (address: { readonly Bucket: string; readonly Key: string }, again: boolean) => Promise<Result>,
  ): Promise<Result> {
    checkKey(key);
    return patiently(this.#patienceMs, async (again) => {
      try {
        return await work({ Bucket: this.#bucket, Key: this.#base + key }, again);
      } catch (error) {
        throw s3Error(error, action, key, this.uri);
      }
    });
  }

  #brokeOff(key: string, expected: number, received: number): PipelineError {
    return new PipelineError('STORE_UNREACHABLE', {
      what: `"${key}" broke off while it was read`,
      where: `store ${this.uri}`,
      expected: `${expected} bytes`,
      received: `${received} bytes`,
    });
  }

  #info(key: string, size: number | undefined, etag: string | undefined, modified: Date | undefined): ObjectInfo {
    return { key, bytes: size ?? 0, etag: this.#etag(etag, key), modifiedAt: (modified ?? new Date(0)).toISOString() };
  }

  #etag(etag: string | undefined, key: string): string {
    if (etag !== undefined) return etag;
    throw new PipelineError('STORE_UNSUPPORTED', {
      what: `the service sent no entity tag for "${key}"`,
      where: `store ${this.uri}`,
    });
  }
}

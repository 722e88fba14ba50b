// An object store that encrypts what another one keeps: `encrypted://s3://bucket/prefix?key=STORE_KEY`. The variable holds 32 bytes as hex.
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ObjectInfo, type ObjectStore, PipelineError, defineObjectStore, openObjectStore } from 'perennial-ml/extend';

const CIPHER = 'aes-256-gcm';
/** An object is: nonce, ciphertext, tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

defineObjectStore<{ key: string }>({
  scheme: 'encrypted',
  options: { properties: { key: { type: 'string', title: 'the name of a variable with a key' } }, required: ['key'] },
  open: async ({ uri, path, options, patienceMs, pageKeys }) =>
    encrypted(uri, await openObjectStore(path, { patienceMs, pageKeys }), keyOf(options.key)),
});

function keyOf(variable: string): Buffer {
  const key = Buffer.from(process.env[variable] ?? '', 'hex');
  if (key.length === 32) return key;
  throw new PipelineError('STORE_URI_INVALID', { what: `the variable ${variable} holds no key`, expected: '64 hex digits' });
}

function encrypted(uri: string, inner: ObjectStore, key: Buffer): ObjectStore {
  const seal = (bytes: Uint8Array): Buffer => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce);
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  };
  const info = (sealed: ObjectInfo): ObjectInfo => ({ ...sealed, bytes: sealed.bytes - OVERHEAD_BYTES });
  return {
    uri,
    // Any process with the key opens the same objects.
    address: uri,
    get: async (name, { maxBytes } = {}) => {
      const sealed = await inner.get(name, maxBytes === undefined ? {} : { maxBytes: maxBytes + OVERHEAD_BYTES });
      return { bytes: unseal(sealed.bytes, key, name, uri), etag: sealed.etag };
    },
    head: async (name) => {
      const found = await inner.head(name);
      return found === null ? null : info(found);
    },
    put: (name, bytes) => inner.put(name, seal(bytes)),
    putIfAbsent: (name, bytes, options) => inner.putIfAbsent(name, seal(bytes), options),
    putIfMatch: (name, bytes, etag) => inner.putIfMatch(name, seal(bytes), etag),
    list: async function* (prefix) {
      for await (const found of inner.list(prefix)) yield info(found);
    },
    delete: (name) => inner.delete(name),
    putFile: (name, file) =>
      withScratchFile(async (scratch) => {
        const nonce = randomBytes(NONCE_BYTES);
        const cipher = createCipheriv(CIPHER, key, nonce);
        await pipeline(
          createReadStream(file),
          async function* (chunks: AsyncIterable<Buffer>) {
            yield nonce;
            for await (const chunk of chunks) yield cipher.update(chunk);
            yield Buffer.concat([cipher.final(), cipher.getAuthTag()]);
          },
          createWriteStream(scratch),
        );
        return inner.putFile(name, scratch);
      }),
    getFile: (name, file) =>
      withScratchFile(async (scratch) => {
        await inner.getFile(name, scratch);
        await unsealFile(scratch, file, key, name, uri);
      }),
    // A file there would be the ciphertext.
    localPath: () => null,
    ...(inner.tidy === undefined ? {} : { tidy: (olderThanMs: number) => inner.tidy?.(olderThanMs) ?? Promise.resolve(0) }),
  };
}

function unseal(sealed: Buffer, key: Buffer, name: string, uri: string): Buffer {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw damaged(name, uri, cause);
  }
}

async function unsealFile(sealed: string, file: string, key: Buffer, name: string, uri: string): Promise<void> {
  const { size } = await stat(sealed);
  const [nonce, tag] = await Promise.all([part(sealed, 0, NONCE_BYTES), part(sealed, size - TAG_BYTES, TAG_BYTES)]);
  const decipher = createDecipheriv(CIPHER, key, nonce);
  decipher.setAuthTag(tag);
  // `end` is inclusive: it cannot name the range of an empty object.
  const ciphertext = size === OVERHEAD_BYTES ? [] : createReadStream(sealed, { start: NONCE_BYTES, end: size - TAG_BYTES - 1 });
  try {
    await pipeline(ciphertext, decipher, createWriteStream(file));
  } catch (cause) {
    await rm(file, { force: true });
    throw damaged(name, uri, cause);
  }
}

async function part(file: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, position)).buffer;
  } finally {
    await handle.close();
  }
}

async function withScratchFile<Result>(use: (file: string) => Promise<Result>): Promise<Result> {
  const file = join(tmpdir(), `encrypted-store-${randomUUID()}`);
  try {
    return await use(file);
  } finally {
    await rm(file, { force: true });
  }
}

const damaged = (name: string, uri: string, cause: unknown): PipelineError =>
  new PipelineError('STORE_RECORD_CORRUPT', {
    what: `object ${name} was sealed with another key, or was changed`,
    where: uri,
    cause,
  });

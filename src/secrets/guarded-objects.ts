import { createReadStream } from 'node:fs';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ObjectStore } from '../store/port.js';
import type { Redactor } from './redactor.js';

const CHUNK_BYTES = 1 << 20;

/** The store as a step with secrets sees it: a write that holds one of their values is refused with `SECRET_LEAKED`. */
export function guardObjects(objects: ObjectStore, redactor: Redactor): ObjectStore {
  const refuse = (key: string, name: string | null): void => {
    if (name === null) return;
    throw new PipelineError('SECRET_LEAKED', {
      what: `the value of the secret ${name} was about to be stored`,
      where: `object ${key}`,
      details: { secret: name },
    });
  };
  const checked = (key: string, bytes: Uint8Array): void => {
    refuse(key, redactor.find(bytes));
  };
  return {
    uri: objects.uri,
    get: (key, options) => objects.get(key, options),
    head: (key) => objects.head(key),
    list: (prefix) => objects.list(prefix),
    delete: (key) => objects.delete(key),
    getFile: (key, path) => objects.getFile(key, path),
    localPath: (key) => objects.localPath(key),
    put: async (key, bytes) => {
      checked(key, bytes);
      return objects.put(key, bytes);
    },
    putIfAbsent: async (key, bytes, options) => {
      checked(key, bytes);
      return objects.putIfAbsent(key, bytes, options);
    },
    putIfMatch: async (key, bytes, etag) => {
      checked(key, bytes);
      return objects.putIfMatch(key, bytes, etag);
    },
    putFile: async (key, path) => {
      refuse(key, await findInFile(path, redactor));
      return objects.putFile(key, path);
    },
  };
}

async function findInFile(file: string, redactor: Redactor): Promise<string | null> {
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([tail, chunk]);
    const found = redactor.find(piece);
    if (found !== null) return found;
    tail = piece.subarray(Math.max(0, piece.length - redactor.longest));
  }
  return null;
}

/** An object's address in the store is its key: `/`-separated, no leading slash, no `..`. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** Opaque version of the object, for `putIfMatch`. */
  readonly etag: string;
}

/** What a store says of an object without reading it. `modifiedAt`: ISO. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: string;
}

/** How an object is read. */
export interface GetOptions {
  /** A larger object is refused before it is read: STORE_OBJECT_TOO_LARGE. Default: no limit. */
  readonly maxBytes?: number;
}

/** How an object is written that must not exist yet. */
export interface PutIfAbsentOptions {
  /** The object will never be replaced or deleted. A driver may then make many of them durable together; it is durable when the put returns anyway. */
  readonly writeOnce?: boolean;
}

/**
 * Bytes by key: in a folder, on S3, or wherever a store of your own keeps them. Writes are atomic: a reader sees the whole object or none of it, also after kill -9.
 * Errors: STORE_NOT_FOUND, STORE_CONFLICT, STORE_FULL, STORE_UNREACHABLE, STORE_KEY_INVALID.
 */
export interface ObjectStore {
  /** What messages and records call it: `file:///...`, `s3://bucket/prefix`. No secrets. */
  readonly uri: string;
  /**
   * An address by which any other process opens this very store; its scheme must be known there. Left out by a store that only this process
   * reaches, and by one that changes what it passes on to another: then steps run inside the worker.
   */
  readonly address?: string;
  get(key: string, options?: GetOptions): Promise<StoredObject>;
  head(key: string): Promise<ObjectInfo | null>;
  put(key: string, bytes: Uint8Array): Promise<{ readonly etag: string }>;
  /** STORE_CONFLICT when the key exists. */
  putIfAbsent(key: string, bytes: Uint8Array, options?: PutIfAbsentOptions): Promise<{ readonly etag: string }>;
  /** STORE_CONFLICT when the object's etag is no longer `etag`. Of any number of racing writers exactly one wins. */
  putIfMatch(key: string, bytes: Uint8Array, etag: string): Promise<{ readonly etag: string }>;
  /** Objects whose key starts with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** No error when the key is absent. */
  delete(key: string): Promise<void>;
  /** Streams a file in; multipart where the driver has it. */
  putFile(key: string, path: string): Promise<{ readonly etag: string }>;
  /** Streams an object out to a new file. */
  getFile(key: string, path: string): Promise<void>;
  /** Path of the object on this machine when the store is a folder here, else null. */
  localPath(key: string): string | null;
  /**
   * Removes what the driver itself has left behind for longer than so many milliseconds and that is no object: empty folders, uploads that were
   * never finished. How many things it removed. A driver that leaves nothing behind need not have it.
   */
  tidy?(olderThanMs: number): Promise<number>;
}

import type { CodeEntry } from '../../code-entry.js';

export const STORE_CODES = {
  STORE_URI_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'The address of the object store is not a folder or an S3 bucket.',
    cure: 'Use an absolute or relative folder, file:///absolute/folder, or s3://bucket/prefix.',
  },
  STORE_KEY_INVALID: {
    retryable: false,
    httpStatus: 400,
    cause: 'An object key is empty, too long, leaves the store, uses a reserved name, or is a folder of other keys.',
    cure: 'Use /-separated names without a leading slash, "." or ".." names, control characters or a leading ".~".',
  },
  STORE_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'The object store has no object of this key.',
    cure: 'Check the key and the store address; list the store to see what is there.',
  },
  STORE_CONFLICT: {
    retryable: false,
    httpStatus: 409,
    cause: 'Another writer was first: the object exists already or has changed since it was read.',
    cure: 'Read the object again, then decide again.',
  },
  STORE_FULL: {
    retryable: true,
    httpStatus: 507,
    cause: 'The disk, quota or file-size limit below the store is used up; nothing of the write is visible.',
    cure: 'Free space or raise the limit, then run the step again.',
  },
  STORE_DENIED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The store refused access: missing or wrong credentials, or rights that do not allow this.',
    cure: 'Check the folder rights, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE and the bucket policy.',
  },
  STORE_RIGHTS_MISSING: {
    retryable: false,
    httpStatus: 500,
    cause: 'The credentials of the process allow some of what runs do with the store, but not all.',
    cure: 'Give it the rights that docs/store.md lists under "Rights on S3", or write access to the folder.',
  },
  STORE_COLLECTION_LOST: {
    retryable: true,
    httpStatus: 503,
    cause:
      'A garbage collection was stopped, or cut off from the store, for more than a minute, and another one has taken its place.',
    cure: 'Nothing is lost: the other one goes on. Run `perennial gc` again when it has ended.',
  },
  STORE_CACHE_LIMIT_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'PERENNIAL_CACHE_LIMIT, the size of the local cache of objects, is not a size.',
    cure: 'Set it to a number with KiB, MiB, GiB or TiB, such as 50 GiB, or leave it out.',
  },
  STORE_REGION_WRONG: {
    retryable: false,
    httpStatus: 500,
    cause: 'The S3 bucket lies in another region than the one that requests are made for.',
    cure: 'Set AWS_REGION to the region of the bucket.',
  },
  STORE_CREDENTIALS_EXPIRED: {
    retryable: true,
    httpStatus: 503,
    cause: 'The session token of the credentials for the store has expired.',
    cure: 'Renew the credentials (AWS_SESSION_TOKEN, `aws sso login`) and restart the process, or give it a role that renews itself.',
  },
  STORE_BUCKET_MISSING: {
    retryable: false,
    httpStatus: 500,
    cause: 'The S3 bucket of the store does not exist.',
    cure: 'Create the bucket, or correct the store address and AWS_REGION.',
  },
  STORE_UNREACHABLE: {
    retryable: true,
    httpStatus: 503,
    cause: 'The store did not answer, or its disk or network failed.',
    cure: 'Check AWS_ENDPOINT_URL and the network, or the disk below the folder, then try again.',
  },
  STORE_UNSUPPORTED: {
    retryable: false,
    httpStatus: 500,
    cause: 'The store lacks what safe writes need: hard links on a folder, entity tags and conditional writes on S3.',
    cure: 'Put the store on a local or NFS file system, or on an S3 service with conditional writes.',
  },
  STORE_RECORD_CORRUPT: {
    retryable: false,
    httpStatus: 500,
    cause: 'A JSON record in the store cannot be read as what its key says.',
    cure: 'Restore the record from a backup of the store, or remove it and run the step that writes it again.',
  },
  STORE_OBJECT_TOO_LARGE: {
    retryable: false,
    httpStatus: 500,
    cause: 'An object in the store has more bytes than anything that is written under its key.',
    cure: 'Look at the object and at who may write to the store; restore it from a backup, or remove it.',
  },
  STORE_SEGMENT_REFUSED: {
    retryable: false,
    httpStatus: 500,
    cause:
      'A file in the write-ahead log of a folder store was not written by us: it names a place that is no object of the store.',
    cure: 'Nothing of it was followed. Look at the file, which is now .~wal/refused~..., and at who may write to the folder.',
  },
  STORE_JSON_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'A value has no JSON form: a number that is not finite, or something that is not plain data.',
    cure: 'Replace the named parts by finite numbers, strings, booleans, null, arrays or plain objects.',
  },
  ARTIFACT_NOT_FOUND: {
    retryable: false,
    httpStatus: 404,
    cause: 'The store has no artifact of this kind and id, or the artifact has no such file.',
    cure: 'Use one of the names listed, or check that the store address is the one that the run published to.',
  },
  ARTIFACT_CORRUPT: {
    retryable: false,
    httpStatus: 500,
    cause: 'The stored bytes differ from the hash under which they were published.',
    cure: 'Delete the object named in the message and run the step that made it again, or restore it from a backup.',
  },
  ARTIFACT_INVALID: {
    retryable: false,
    httpStatus: 500,
    cause: 'A draft cannot be published: file names that repeat or leave the artifact, or a file that cannot be read.',
    cure: 'Correct the files named in the message.',
  },
} as const satisfies Record<string, CodeEntry>;

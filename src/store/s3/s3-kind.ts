import { wrongAddress } from '../store-address.js';
import type { ObjectStoreKind } from '../store-kind.js';

const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** `s3://bucket/prefix`: Amazon S3, or any service that speaks it with conditional writes. */
export const s3Store: ObjectStoreKind = {
  name: 's3',
  options: { properties: {} },
  open: async ({ uri, patienceMs, pageKeys }) => {
    const [, bucket, prefix = ''] = S3_ADDRESS.exec(uri) ?? [];
    if (bucket === undefined) throw wrongAddress(uri, 'the bucket name is missing or not a valid one');
    const trimmed = prefix.replace(/\/+$/, '');
    if (trimmed.split('/').some((name) => name === '.' || name === '..') || trimmed.includes('//')) {
      throw wrongAddress(uri, 'the prefix has an empty, "." or ".." name');
    }
    const { openS3Store } = await import('./s3-store.js');
    return openS3Store({ bucket, prefix: trimmed }, process.env, { patienceMs, pageKeys });
  },
};

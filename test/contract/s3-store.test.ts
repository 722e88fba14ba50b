import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { openObjectStore } from '../../src/store/open-store.js';
import { objectStoreContract } from '../../src/testing/object-store-contract.js';
import { startS3Server } from '../test-s3-server.js';

jest.setTimeout(60_000);

const server = await startS3Server();

if ('unavailable' in server) {
  describe(`an object store in S3 (skipped: ${server.unavailable})`, () => {
    for (const { title } of objectStoreContract) it.skip(title, () => undefined);
  });
} else {
  Object.assign(process.env, server.env);
  afterAll(() => server.stop());
  const store = await openObjectStore(`s3://${server.bucket}/some/prefix`);

  describe('an object store in S3', () => {
    for (const { title, run } of objectStoreContract) it(title, () => run(store));

    it('names a bucket that does not exist', async () => {
      const missing = await openObjectStore('s3://perennial-no-such-bucket/x');
      await expect(missing.get('a')).rejects.toMatchObject({ code: 'STORE_BUCKET_MISSING', retryable: false });
      await expect(missing.putIfAbsent('a', Buffer.from('1'))).rejects.toMatchObject({ code: 'STORE_BUCKET_MISSING' });
    });

    it('keeps stores with different prefixes of one bucket apart', async () => {
      const other = await openObjectStore(`s3://${server.bucket}/some/pre`);
      await store.put('apart', Buffer.from('1'));
      expect(await other.head('apart')).toBeNull();
      for await (const { key } of other.list('')) throw new Error(`the other store lists ${key}`);
    });

    it('lists more objects than one page holds', async () => {
      const paged = await openObjectStore(store.uri, { pageKeys: 10 });
      const names = Array.from({ length: 31 }, (_, n) => `pages/${String(n).padStart(2, '0')}`);
      await Promise.all(names.map((name) => store.put(name, Buffer.from('x'))));
      const listed: string[] = [];
      for await (const { key } of paged.list('pages/')) listed.push(key);
      expect(listed).toEqual(names);
    });

    it('says that a server which does not answer is unreachable', async () => {
      const endpoint = process.env['AWS_ENDPOINT_URL_S3'];
      process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:1';
      try {
        const lost = await openObjectStore('s3://bucket', { patienceMs: 500 });
        await expect(lost.get('a')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
      } finally {
        process.env['AWS_ENDPOINT_URL_S3'] = endpoint;
      }
    });

    it('says that wrong credentials are refused', async () => {
      const secret = process.env['AWS_SECRET_ACCESS_KEY'];
      process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
      try {
        const refused = await openObjectStore(`s3://${server.bucket}`);
        await expect(refused.get('a')).rejects.toMatchObject({ code: 'STORE_DENIED', retryable: false });
      } finally {
        process.env['AWS_SECRET_ACCESS_KEY'] = secret;
      }
    });
  });
}

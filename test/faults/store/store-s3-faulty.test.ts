import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import http from 'node:http';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { proveRights } from '../../../src/store/prove-rights.js';
import { type FaultyS3, startFaultyS3 } from '../../faulty-s3.js';
import { startS3Server } from '../../test-s3-server.js';

jest.setTimeout(60_000);

const server = await startS3Server();
const available = 'unavailable' in server ? describe.skip : describe;
if (!('unavailable' in server)) Object.assign(process.env, server.env);
afterAll(async () => {
  if (!('unavailable' in server)) await server.stop();
});

available('a store behind a line on which much goes wrong', () => {
  let line: FaultyS3;
  let store: ObjectStore;
  let direct: ObjectStore;
  let folder = '';
  beforeAll(async () => {
    if ('unavailable' in server) return;
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-faulty-'));
    direct = await openObjectStore(`s3://${server.bucket}/faulty`);
    line = await startFaultyS3(server.endpoint, {
      busy: 0.05,
      reset: 0.05,
      lost: 0.05,
      truncated: 0.1,
      clash: 0.05,
      twice: 0.05,
    });
    process.env['AWS_ENDPOINT_URL_S3'] = line.endpoint;
    store = await openObjectStore(`s3://${server.bucket}/faulty`);
    process.env['AWS_ENDPOINT_URL_S3'] = server.endpoint;
  });
  afterAll(async () => {
    await line.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('gives and takes every object whole, and each conditional write has its one outcome', async () => {
    const work = async (n: number): Promise<void> => {
      const bytes = Buffer.alloc(2_000 + n, n);
      const first = await store.putIfAbsent(`o/${n}`, bytes);
      expect((await store.get(`o/${n}`)).bytes.equals(bytes)).toBe(true);
      const swapped = Buffer.alloc(3_000, n + 1);
      const second = await store.putIfMatch(`o/${n}`, swapped, first.etag);
      await expect(store.putIfMatch(`o/${n}`, Buffer.from('late'), first.etag)).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      expect((await store.head(`o/${n}`))?.etag).toBe(second.etag);
      const copy = path.join(folder, String(n));
      await store.getFile(`o/${n}`, copy);
      expect((await fs.readFile(copy)).equals(swapped)).toBe(true);
      await store.putFile(`f/${n}`, copy);
      if (n % 2 === 0) await store.delete(`o/${n}`);
    };
    for (let start = 0; start < 24; start += 8) await Promise.all(Array.from({ length: 8 }, (_, n) => work(start + n)));
    const keys: string[] = [];
    for await (const { key } of store.list('o/')) keys.push(key);
    expect(keys).toHaveLength(12);
    for (const key of keys) expect((await direct.get(key)).bytes).toHaveLength(3_000);
    expect(Object.entries(line.happened).filter(([, times]) => times === 0)).toEqual([]);
  });

  it('waits while the service is away for seconds', async () => {
    await store.put('here', Buffer.from('1'));
    line.outage(3_000);
    const [read, written] = await Promise.all([store.get('here'), store.putIfAbsent('new', Buffer.from('2'))]);
    expect(read.bytes.toString()).toBe('1');
    expect((await direct.head('new'))?.etag).toBe(written.etag);
  });
});

/** A service that answers every request alike. */
async function answering(status: number, code: string, message: string, headers: Record<string, string> = {}) {
  const service = http.createServer((request, response) => {
    request.resume();
    const body = request.method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const address = service.address();
  process.env['AWS_ENDPOINT_URL_S3'] = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const store = await openObjectStore('s3://bucket/x');
  return {
    store,
    close: () => {
      service.closeAllConnections();
      service.close();
    },
  };
}

describe('what S3 refuses', () => {
  beforeAll(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' });
  });
  const cases = [
    [301, 'PermanentRedirect', 'elsewhere', 'STORE_REGION_WRONG', 'AWS_REGION=eu-west-1'],
    [
      400,
      'AuthorizationHeaderMalformed',
      "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
      'STORE_REGION_WRONG',
      'AWS_REGION=eu-west-1',
    ],
    [400, 'ExpiredToken', 'The provided token has expired.', 'STORE_CREDENTIALS_EXPIRED', 'AWS_SESSION_TOKEN'],
    [403, 'AccessDenied', 'no', 'STORE_DENIED', 'bucket policy'],
  ] as const;
  it.each(cases)(
    'as %i %s is told at once, by its code and with its cure, also where the answer has no body',
    async (status, name, message, code, cure) => {
      const { store, close } = await answering(
        status,
        name,
        message,
        status === 301 ? { 'x-amz-bucket-region': 'eu-west-1' } : {},
      );
      try {
        for (const work of [() => store.get('a'), () => store.head('a'), () => store.put('a', Buffer.from('1'))]) {
          await expect(work()).rejects.toMatchObject({ code, message: expect.stringContaining(cure) });
        }
      } finally {
        close();
      }
    },
  );

  it('is listed whole by the proof of rights', async () => {
    const { store, close } = await answering(403, 'AccessDenied', 'no');
    try {
      await expect(proveRights(store)).rejects.toMatchObject({
        code: 'STORE_RIGHTS_MISSING',
        details: { denied: ['put', 'list', 'delete'] },
      });
    } finally {
      close();
    }
  });
});

import { afterAll, describe, expect, it, jest } from '@jest/globals';
import net from 'node:net';
import { once } from 'node:events';
import { openObjectStore } from '../../../src/store/open-store.js';
import { startS3Server } from '../../test-s3-server.js';

jest.setTimeout(60_000);

const server = await startS3Server();
const available = 'unavailable' in server ? describe.skip : describe;
if (!('unavailable' in server)) Object.assign(process.env, server.env);
afterAll(async () => {
  if (!('unavailable' in server)) await server.stop();
});

interface LossyLine {
  readonly endpoint: string;
  /** Answers of the server that were thrown away. */
  lost: number;
  close(): Promise<void>;
}

/** Passes bytes on to the server, but breaks the line in place of the first answer: the request is done, its sender does not know. */
async function lossyLine(to: string): Promise<LossyLine> {
  const { hostname, port } = new URL(to);
  const line: LossyLine = { endpoint: '', lost: 0, close: () => Promise.resolve() };
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      const interim = chunk.toString('latin1').startsWith('HTTP/1.1 100');
      if (line.lost === 0 && !interim) {
        line.lost += 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else client.write(chunk);
    });
    upstream.on('end', () => client.end());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await once(proxy, 'close');
  };
  return Object.assign(line, {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close,
  });
}

available('a conditional write to S3 whose answer is lost', () => {
  it.each(['putIfAbsent', 'putIfMatch'] as const)('is known as the winner that it was (%s)', async (operation) => {
    if ('unavailable' in server) return;
    const direct = await openObjectStore(`s3://${server.bucket}/lost`);
    const { etag } = await direct.put('putIfMatch', Buffer.from('before'));
    const line = await lossyLine(server.endpoint);
    try {
      process.env['AWS_ENDPOINT_URL_S3'] = line.endpoint;
      const store = await openObjectStore(`s3://${server.bucket}/lost`);
      const bytes = Buffer.from(`mine ${operation}`);
      const written = await (operation === 'putIfAbsent'
        ? store.putIfAbsent(operation, bytes)
        : store.putIfMatch(operation, bytes, etag));
      expect(line.lost).toBe(1);
      expect(await direct.get(operation)).toEqual({ bytes, etag: written.etag });
      await expect(store.putIfAbsent(operation, bytes)).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    } finally {
      process.env['AWS_ENDPOINT_URL_S3'] = server.endpoint;
      await line.close();
    }
  });
});

import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stepFailure } from '../../../src/worker/step/attempt/step-failure.js';

/** Takes a connection, reads what is asked, and resets it. */
const resetting = net.createServer((socket) => {
  socket.once('data', () => socket.resetAndDestroy());
});
const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port;
let closedPort = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => resetting.listen(0, '127.0.0.1', resolve));
  const closed = net.createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  closedPort = portOf(closed);
  await new Promise((resolve) => closed.close(resolve));
});

afterAll(() => new Promise((resolve) => resetting.close(resolve)));

describe('a fetch that gets no answer', () => {
  it.each([
    ['a port where nobody listens', () => `http://127.0.0.1:${closedPort}/`, /ECONNREFUSED/],
    ['a server that resets', () => `http://127.0.0.1:${portOf(resetting)}/`, /ECONNRESET|other side closed/],
    ['a host that nobody knows', () => 'http://nowhere.invalid/', /ENOTFOUND|EAI_AGAIN/],
  ])('of %s is tried again and says why', async (_, url, reason) => {
    const error = await fetch(url()).then(
      () => null,
      (thrown: unknown) => stepFailure(thrown, 'step "load"'),
    );
    expect(error).toMatchObject({ code: 'EXECUTION_STEP_FAILED', retryable: true });
    expect(error?.message).toMatch(/fetch failed/);
    expect(error?.message).toMatch(reason);
  });
});

import { expect, it } from '@jest/globals';
import { Connection, defaultGrpcRetryOptions, isGrpcCancelledError, makeGrpcRetryInterceptor } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/temporal/server/free-port.js';
import { retryUntilClosed } from '../../../src/temporal/retry-until-closed.js';

it('cancels a call that waits for its next try when the connection is closed', async () => {
  const connection = Connection.lazy({
    address: `127.0.0.1:${await freePort()}`,
    interceptors: [retryUntilClosed(makeGrpcRetryInterceptor, { ...defaultGrpcRetryOptions(), delayFunction: () => 50 })],
  });
  const asked = connection.withDeadline(Date.now() + 60_000, () => connection.workflowService.getSystemInfo({}));
  const failed = asked.catch((error: unknown) => error);
  // Nobody listens there: after a few milliseconds the first try has failed.
  await sleep(30);
  await connection.close();
  expect(isGrpcCancelledError(await failed)).toBe(true);
});

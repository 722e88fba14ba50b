import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import type { EndpointConfig } from '../../../src/contracts/model.js';
import { ConfigurationWatch } from '../../../src/serving/replica/configuration-watch.js';
import type { ObjectStore } from '../../../src/store/port.js';

const MINUTE_MS = 60_000;
const S3_REFRESH_MS = 2_000;

describe('the look at the configuration of an endpoint', () => {
  let etag: string;
  let heads: number;
  let applied: string[];
  let settled: boolean;
  let watch: ConfigurationWatch;

  const start = (refreshMs: number): void => {
    const head = (): Promise<object> => {
      heads += 1;
      return Promise.resolve({ etag });
    };
    watch = new ConfigurationWatch({
      objects: { head } as unknown as ObjectStore,
      key: 'endpoints/flights/config.json',
      refreshMs,
      mayRecover: () => false,
      isSettled: () => settled,
      read: () => Promise.resolve({ revision: 1 } as unknown as EndpointConfig),
      apply: () => {
        applied.push(etag);
        return Promise.resolve();
      },
      log: pino({ level: 'silent' }),
    });
    watch.start();
  };
  const headsIn = async (ms: number): Promise<number> => {
    const before = heads;
    await jest.advanceTimersByTimeAsync(ms);
    return heads - before;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    [etag, heads, applied, settled] = ['1', 0, [], true];
  });
  afterEach(async () => {
    await watch.stop();
    jest.useRealTimers();
  });

  it('asks S3 ten times a minute at rest, and sees a change within six seconds, then looks often again', async () => {
    start(S3_REFRESH_MS);
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(await headsIn(10 * MINUTE_MS)).toBeLessThanOrEqual(101);
    etag = '2';
    await jest.advanceTimersByTimeAsync(3 * S3_REFRESH_MS);
    expect(applied).toEqual(['1', '2']);
    expect(await headsIn(MINUTE_MS / 2)).toBeGreaterThanOrEqual(14);
  });

  it('asks S3 every two seconds while a roll-out is under way, and a folder as often as it is told', async () => {
    settled = false;
    start(S3_REFRESH_MS);
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(await headsIn(MINUTE_MS)).toBeGreaterThanOrEqual(29);
    await watch.stop();
    settled = true;
    start(250);
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(await headsIn(MINUTE_MS)).toBeGreaterThanOrEqual(239);
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import type { ReplicaStatus, VariantHealth } from '../../../src/contracts/model.js';
import { ReplicaReporter } from '../../../src/serving/replica/replica-reporter.js';

const MINUTE_MS = 60_000;
const S3_REFRESH_MS = 2_000;
const variant = (name: VariantHealth['variant'], requests: number): VariantHealth => ({
  version: name === 'champion' ? 1 : 2,
  variant: name,
  state: 'ready',
  error: null,
  requests,
  errors: 0,
  p50Ms: null,
  p99Ms: null,
});

let variants: VariantHealth[];
let written: ReplicaStatus[];
let reporter: ReplicaReporter;

function start(refreshMs: number): void {
  const status = (): ReplicaStatus => ({
    replica: 'a',
    endpoint: 'flights',
    url: 'http://127.0.0.1:8080',
    pid: 1,
    startedAt: '',
    seenAt: new Date().toISOString(),
    revision: variants.length,
    variants,
    logged: 0,
    dropped: 0,
  });
  const write = (next: ReplicaStatus): Promise<void> => {
    written.push(next);
    return Promise.resolve();
  };
  reporter = new ReplicaReporter(status, write, refreshMs, pino({ level: 'silent' }));
  reporter.start();
}

beforeEach(() => {
  jest.useFakeTimers();
  variants = [variant('champion', 0)];
  written = [];
});
afterEach(async () => {
  await reporter.stop();
  jest.useRealTimers();
});

const reportsIn = async (ms: number, each: () => void = () => undefined): Promise<number> => {
  const before = written.length;
  for (let passed = 0; passed < ms; passed += 500) {
    each();
    await jest.advanceTimersByTimeAsync(500);
  }
  return written.length - before;
};

describe('reports of a replica to a store that bills requests', () => {
  it('are two a minute at rest, and six while it answers', async () => {
    start(S3_REFRESH_MS);
    await reportsIn(MINUTE_MS);
    expect(await reportsIn(10 * MINUTE_MS)).toBeLessThanOrEqual(20);
    let requests = 0;
    expect(await reportsIn(MINUTE_MS, () => (variants = [variant('champion', (requests += 100))]))).toBeLessThanOrEqual(6);
    expect(written.at(-1)?.quietMs).toBe(30_000);
  });

  it('come at once when a roll-out begins, and at every change and two seconds until it ends', async () => {
    start(S3_REFRESH_MS);
    await reportsIn(MINUTE_MS);
    variants = [variant('champion', 0), variant('challenger', 0)];
    expect(await reportsIn(500)).toBe(1);
    expect(written.at(-1)?.quietMs).toBeUndefined();
    expect(await reportsIn(MINUTE_MS)).toBeGreaterThanOrEqual(30);
  });
});

describe('reports of a replica to a folder', () => {
  it('come at least every two seconds', async () => {
    start(250);
    expect(await reportsIn(MINUTE_MS)).toBeGreaterThanOrEqual(30);
    expect(written.at(-1)?.quietMs).toBeUndefined();
  });
});

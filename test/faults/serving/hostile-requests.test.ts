import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer } from '../../../src/serving/index.js';
import { ROW, champion, challenger, createServingStore, post } from '../../integration/serving/served-model.js';
import type { ServingStore } from '../../integration/serving/served-model.js';

let store: ServingStore;
let server: ModelServer;

beforeAll(async () => {
  store = await createServingStore();
  const [first, second] = [await store.publish({ offset: 1 }), await store.publish({ offset: 2 })];
  await store.route([champion(1, first, 50), challenger(2, second, 50)]);
  server = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent', replica: 'hostile' });
  await server.start();
});
afterAll(async () => {
  await server.close();
  await store.remove();
});

const predict = (): string => `${server.url}/v1/models/flights:predict`;
const infer = (): string => `${server.url}/v2/models/flights/infer`;

const tensors = (change: Record<string, unknown> = {}): Record<string, unknown>[] =>
  [
    { name: 'date', shape: [1, 1], datatype: 'INT64', data: [0] },
    { name: 'distance', shape: [1, 1], datatype: 'FP32', data: [4] },
    { name: 'origin', shape: [1, 1], datatype: 'BYTES', data: ['SFO'] },
  ].map((tensor) => (tensor.name in change ? { ...tensor, ...(change[tensor.name] as object) } : tensor));

/** Requests and failures that each version is charged with. */
async function charged(): Promise<readonly (readonly [number, number])[]> {
  const { model_stats: stats } = (await (await fetch(`${server.url}/v2/models/flights/stats`)).json()) as {
    readonly model_stats: readonly { readonly inference_stats: Record<'success' | 'fail', { readonly count: number }> }[];
  };
  return stats.map(({ inference_stats: { success, fail } }) => [success.count, fail.count] as const);
}

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a request that no model can be blamed for', () => {
  it.each<readonly [string, () => Promise<{ readonly status: number; readonly headers: Headers }>, number, string]>([
    [
      'a moment past the years of the calendar',
      () => post(infer(), { inputs: tensors({ date: { data: ['9223372036854775807'] } }) }),
      400,
      'SERVING_INPUT_INVALID',
    ],
    [
      'nanoseconds for milliseconds',
      () => post(infer(), { inputs: tensors({ date: { data: ['978307200000000000'] } }) }),
      400,
      'SERVING_INPUT_INVALID',
    ],
    [
      'an event time past the years of the calendar',
      () => post(predict(), { instances: [ROW], event_times: [9_007_199_254_740_991] }),
      400,
      'SERVING_BODY_MALFORMED',
    ],
    ['an id of a megabyte', () => post(infer(), { id: 'x'.repeat(1_000_000), inputs: tensors() }), 400, 'SERVING_BODY_MALFORMED'],
    ['an id with a NUL', () => post(predict(), { instances: [ROW], ids: ['a\0b'] }), 400, 'SERVING_BODY_MALFORMED'],
    [
      'a value nested six thousand deep',
      () => post(predict(), `{"instances":[{"date":0,"distance":4,"origin":${deep(6_000)}}]}`),
      400,
      'SERVING_BODY_MALFORMED',
    ],
    [
      'tensor data nested six thousand deep',
      () => post(infer(), `{"inputs":[{"name":"date","shape":[1],"datatype":"INT64","data":${deep(6_000)}}]}`),
      400,
      'SERVING_BODY_MALFORMED',
    ],
    [
      'a time limit of a trillionth of a second',
      () => post(predict(), { instances: [ROW] }, { 'x-request-timeout-ms': '1e-9' }),
      400,
      'SERVING_HEADER_INVALID',
    ],
    ...['0', '-1', '1.5', 'soon', '', '999999999', '9'.repeat(500)].map(
      (limit) =>
        [
          `a time limit of "${limit.slice(0, 12)}"`,
          () => post(predict(), { instances: [ROW] }, { 'x-request-timeout-ms': limit }),
          400,
          'SERVING_HEADER_INVALID',
        ] as const,
    ),
    [
      'an id of 300 characters in a header',
      () => post(predict(), { instances: [ROW] }, { 'x-request-id': 'x'.repeat(300) }),
      400,
      'SERVING_HEADER_INVALID',
    ],
    [
      'a day that is in no calendar',
      () => post(predict(), { instances: [{ ...ROW, date: '2001-02-31' }] }),
      400,
      'SERVING_INPUT_INVALID',
    ],
    ['a text cut at NUL', () => post(predict(), { instances: [{ ...ROW, origin: 'a\0z' }] }), 400, 'SERVING_INPUT_INVALID'],
    [
      'an output asked for ten thousand times',
      () => post(infer(), { inputs: tensors(), outputs: Array.from({ length: 10_000 }, () => ({ name: 'score' })) }),
      400,
      'SERVING_BODY_MALFORMED',
    ],
  ])('%s: is answered by its own code and charged to no version', async (_title, send, status, code) => {
    const before = await charged();
    const answer = await send();
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([status, code]);
    expect(await charged()).toEqual(before);
  });

  it('the shortest time limit that there is may be missed, and is not charged either', async () => {
    const before = await charged();
    const sent = Array.from({ length: 60 }, (_, n) =>
      post(
        predict(),
        { instances: Array.from({ length: 200 }, () => ROW) },
        { 'x-request-timeout-ms': '1', 'x-request-id': `hasty-${n}` },
      ),
    );
    const codes = (await Promise.all(sent)).map(({ status, headers }) => `${status} ${headers.get('x-error-code') ?? ''}`);
    expect(new Set([...codes, '200 ', '504 SERVING_TIMEOUT'])).toEqual(new Set(['200 ', '504 SERVING_TIMEOUT']));
    expect((await charged()).map(([, failures]) => failures)).toEqual(before.map(([, failures]) => failures));
  });

  it('costs what it weighs: ids are not multiplied by rows that are not there', async () => {
    const wide = await createModelServer({
      store: store.uri,
      endpoint: 'flights',
      port: 0,
      logLevel: 'silent',
      limits: { rows: 1_000_000 },
    });
    try {
      await wide.start();
      const body = { id: 'x'.repeat(256), inputs: [{ name: 'date', shape: [1_000_000, 1], datatype: 'INT64', data: [] }] };
      const before = process.memoryUsage().heapUsed;
      const { headers } = await post(`${wide.url}/v2/models/flights/infer`, body);
      // A million ids of 263 characters would be 260 MB and more; what else the process does meanwhile is a fraction of it.
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000);
      expect(headers.get('x-error-code')).toBe('SERVING_BODY_MALFORMED');
    } finally {
      await wide.close();
    }
  });
});

import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer, ModelServerOptions } from '../../../src/serving/index.js';
import { ROW, SIGNATURE, challenger, champion, createServingStore, expectedScore, post, until } from './served-model.js';
import type { ServingStore } from './served-model.js';

let store: ServingStore;
let first: ArtifactRef<'model'>;
let server: ModelServer | null = null;

beforeAll(async () => {
  store = await createServingStore();
  first = await store.publish({ offset: 1 });
  await store.route([champion(1, first)]);
});
afterEach(async () => {
  await server?.close();
  server = null;
});
afterAll(() => store.remove());

async function serve(options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  server = await createModelServer({
    store: store.uri,
    endpoint: 'flights',
    port: 0,
    logLevel: 'silent',
    refreshMs: 50,
    ...options,
  });
  await server.start();
  return server;
}

const tensors = (rows: number): Record<string, unknown>[] => [
  { name: 'date', shape: [rows, 1], datatype: 'INT64', data: Array.from({ length: rows }, () => 978_696_000_000) },
  { name: 'distance', shape: [rows, 1], datatype: 'FP32', data: Array.from({ length: rows }, (_, row) => [row]) },
  { name: 'origin', shape: [rows, 1], datatype: 'BYTES', data: Array.from({ length: rows }, () => 'SFO') },
];

describe('the Open Inference Protocol V2', () => {
  it('answers metadata, health and readiness in the exact shapes', async () => {
    const { url } = await serve();
    const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    expect(await get('/v2')).toEqual({ name: 'perennial', version: expect.stringMatching(/^\d+\./), extensions: ['statistics'] });
    expect(await get('/v2/health/live')).toEqual({ live: true });
    expect(await get('/v2/health/ready')).toEqual({ ready: true, live: true });
    const metadata = {
      name: 'flights',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'date', datatype: 'INT64', shape: [-1, 1] },
        { name: 'distance', datatype: 'FP32', shape: [-1, 1] },
        { name: 'origin', datatype: 'BYTES', shape: [-1, 1] },
      ],
      outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
    };
    expect(await get('/v2/models/flights')).toEqual(metadata);
    expect(await get('/v2/models/flights/versions/1')).toEqual(metadata);
    expect(await get('/v2/models/flights/ready')).toEqual({ name: 'flights', ready: true });
    expect(await get('/v2/models/flights/versions/1/ready')).toEqual({ name: 'flights', ready: true });
  });

  it('infers with the id echoed, data flat or nested, NaN as null or text, 64-bit integers as text, and outputs filtered', async () => {
    const { url } = await serve();
    const inputs = [
      { name: 'origin', shape: [3, 1], datatype: 'BYTES', data: [['SFO'], ['JFK'], ['OAK']] },
      { name: 'distance', shape: [3, 1], datatype: 'FP32', data: [100, null, 'NaN'] },
      { name: 'date', shape: [3], datatype: 'INT64', data: [0, '978696000000', -1] },
    ];
    const answer = await post(`${url}/v2/models/flights/infer`, {
      id: 'call-7',
      parameters: { any: 1 },
      inputs,
      outputs: [{ name: 'score' }],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      model_name: 'flights',
      model_version: '1',
      id: 'call-7',
      parameters: { variant: 'champion' },
      outputs: [{ name: 'score', datatype: 'FP32', shape: [3, 1], data: expect.any(Array) }],
    });
    const [output] = answer.body['outputs'] as [{ data: number[] }];
    [1.35, 1.5, 1].forEach((score, row) => {
      expect(output.data[row]).toBeCloseTo(score, 5);
    });
    const pinned = await post(`${url}/v2/models/flights/versions/1/infer`, { inputs: tensors(2) });
    expect(pinned.body).not.toHaveProperty('id');
    expect(pinned.body['model_version']).toBe('1');
  });

  it('gives errors as { error } alone, with the code in a header', async () => {
    const { url } = await serve();
    const cases: readonly [string, unknown, number, string][] = [
      ['/v2/models/other/infer', { inputs: tensors(1) }, 404, 'SERVING_MODEL_NOT_FOUND'],
      ['/v2/models/flights/versions/9/infer', { inputs: tensors(1) }, 404, 'SERVING_MODEL_NOT_FOUND'],
      ['/v2/models/flights/infer', { inputs: [] }, 400, 'SERVING_BODY_MALFORMED'],
      ['/v2/models/flights/infer', { inputs: tensors(1), outputs: [{ name: 'hue' }] }, 400, 'SERVING_BODY_MALFORMED'],
      ['/v2/models/flights/infer', { inputs: tensors(1).slice(1) }, 400, 'SERVING_INPUT_INVALID'],
      ['/v2/nowhere', {}, 404, 'SERVING_ROUTE_NOT_FOUND'],
    ];
    for (const [path, body, status, code] of cases) {
      const answer = await post(`${url}${path}`, body);
      expect([answer.status, answer.headers.get('x-error-code'), Object.keys(answer.body)]).toEqual([status, code, ['error']]);
      expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.js/);
    }
    expect((await post(`${url}/v2/models/other/infer`, { inputs: tensors(1) })).body['error']).toContain('one of flights');
  });

  it('counts inferences and batches in the statistics', async () => {
    const { url } = await serve();
    await post(`${url}/v2/models/flights/infer`, { inputs: tensors(4) });
    await post(`${url}/v2/models/flights/infer`, { inputs: tensors(1) });
    const { model_stats: stats } = (await (await fetch(`${url}/v2/models/flights/stats`)).json()) as {
      model_stats: [Record<string, unknown>];
    };
    expect(stats[0]).toMatchObject({
      name: 'flights',
      version: '1',
      inference_count: 5,
      execution_count: 2,
      inference_stats: { success: { count: 2, ns: expect.any(Number) }, fail: { count: 0, ns: 0 }, queue: { count: 2 } },
      batch_stats: [
        { batch_size: 1, compute_infer: { count: 1 } },
        { batch_size: 4, compute_infer: { count: 1 } },
      ],
    });
  });
});

describe('the row API', () => {
  it('scores rows in order with their ids', async () => {
    const { url } = await serve();
    const instances = [ROW, { ...ROW, origin: 'JFK', distance: null }, { ...ROW, origin: 'OAK', distance: 1_000 }];
    const answer = await post(`${url}/v1/models/flights:predict`, { instances, ids: ['a', 'b', 'c'] });
    expect(answer.body).toEqual({
      predictions: instances.map((row, index) => ({ id: 'abc'[index], score: expect.closeTo(expectedScore(1, row), 5) })),
      model_version: '1',
      variant: 'champion',
    });
  });

  it('serves a category that training never saw and counts it', async () => {
    const { url } = await serve();
    const answer = await post(`${url}/v1/models/flights:predict`, { instances: [{ ...ROW, origin: 'ZZZ' }, ROW] });
    expect(answer.status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('perennial_unknown_category_total{model="flights",version="1",column="origin"} 1');
    expect(metrics).toContain('perennial_requests_total{model="flights",version="1",variant="champion",code="200"} 1');
    expect(metrics).toContain('perennial_model_loaded{model="flights",version="1"} 1');
  });

  it('answers each kind of bad input with its own status and code', async () => {
    const { url } = await serve({ limits: { bodyBytes: 2_000, rows: 5 } });
    const predict = `${url}/v1/models/flights:predict`;
    const cases: readonly [string, unknown, number, string][] = [
      [predict, '{"instances": [', 400, 'SERVING_BODY_MALFORMED'],
      [predict, '', 400, 'SERVING_BODY_MALFORMED'],
      [predict, '{"instances":[{"distance":NaN}]}', 400, 'SERVING_NUMBER_NOT_FINITE'],
      [predict, '{"instances":[{"distance": -Infinity}]}', 400, 'SERVING_NUMBER_NOT_FINITE'],
      [predict, { instances: [{ ...ROW, distance: 'NaN', origin: 'SFO' }], extra: 1 }, 400, 'SERVING_BODY_MALFORMED'],
      [predict, { instances: [{ ...ROW, distance: 1e300 }] }, 400, 'SERVING_NUMBER_NOT_FINITE'],
      [predict, { instances: [{ ...ROW, colour: 'red' }] }, 400, 'SERVING_INPUT_INVALID'],
      [predict, { instances: [{ distance: 1 }] }, 400, 'SERVING_INPUT_INVALID'],
      [predict, { instances: [ROW], ids: ['a', 'b'] }, 400, 'SERVING_BODY_MALFORMED'],
      [predict, { instances: [ROW], event_times: ['soon'] }, 400, 'SERVING_BODY_MALFORMED'],
      [predict, { instances: Array.from({ length: 6 }, () => ROW) }, 413, 'SERVING_BODY_TOO_LARGE'],
      [predict, { instances: [{ ...ROW, origin: 'x'.repeat(3_000) }] }, 413, 'SERVING_BODY_TOO_LARGE'],
      [`${url}/v1/models/other:predict`, { instances: [ROW] }, 404, 'SERVING_MODEL_NOT_FOUND'],
      [`${url}/v1/models/flights:explain`, { instances: [ROW] }, 404, 'SERVING_ROUTE_NOT_FOUND'],
    ];
    for (const [path, body, status, code] of cases) {
      const answer = await post(path, body);
      expect([JSON.stringify(body).slice(0, 60), answer.status, answer.body['code']]).toEqual([
        JSON.stringify(body).slice(0, 60),
        status,
        code,
      ]);
      expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.js/);
    }
    const text = await fetch(predict, { method: 'POST', body: 'a,b', headers: { 'content-type': 'text/csv' } });
    expect(text.status).toBe(415);
    expect((await post(predict, { instances: [ROW] })).status).toBe(200);
  });
});

describe('the API key', () => {
  it('is checked before the body is read, and health checks need none', async () => {
    const { url } = await serve({ apiKeys: ['a-long-secret'], limits: { bodyBytes: 100 } });
    const predict = `${url}/v1/models/flights:predict`;
    const large = { instances: Array.from({ length: 50 }, () => ROW) };
    for (const headers of [{}, { 'x-api-key': 'a-wrong-secret' }, { authorization: 'Bearer ' }]) {
      const answer = await post(predict, large, headers);
      expect([answer.status, answer.body['code']]).toEqual([401, 'SERVING_UNAUTHORIZED']);
    }
    expect((await post(predict, large, { 'x-api-key': 'a-long-secret' })).status).toBe(413);
    expect((await post(`${url}/admin/refresh`, {}, { authorization: 'Bearer a-long-secret' })).status).toBe(200);
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
  });
});

describe('a server', () => {
  it('is live but not ready until something is deployed, then serves it without a restart', async () => {
    const empty = await createServingStore();
    try {
      const { url } = await serve({ store: empty.uri });
      expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
      expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503);
      const answer = await post(`${url}/v1/models/flights:predict`, { instances: [ROW] });
      expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([503, 'SERVING_NOT_READY', '1']);
      await empty.route([champion(1, await empty.publish({ offset: 2 }))]);
      await until('the server is ready', async () => (await fetch(`${url}/v2/health/ready`)).status === 200);
      expect((await post(`${url}/v1/models/flights:predict`, { instances: [ROW] })).status).toBe(200);
    } finally {
      await server?.close();
      await empty.remove();
    }
  });

  it('says SERVING_PORT_IN_USE when its port is taken, and leaves no replica behind', async () => {
    const { url, replica } = await serve();
    const second = await createModelServer({
      store: store.uri,
      endpoint: 'flights',
      port: Number(new URL(url).port),
      logLevel: 'silent',
      replica: 'second',
    });
    await expect(second.start()).rejects.toMatchObject({ code: 'SERVING_PORT_IN_USE' });
    expect((await store.endpoints.replicas('flights')).map((status) => status.replica)).toEqual([replica]);
  });

  it('lists all wrong options at once', async () => {
    await expect(
      createModelServer({ store: store.uri, endpoint: 'a/b', port: 99_999, apiKeys: ['x'], limits: { rows: 0 } }),
    ).rejects.toMatchObject({ code: 'SERVING_OPTIONS_INVALID', details: { problems: { length: 4 } } });
  });

  it('reports a corrupt, an unsafe or an incompatible candidate as failed and gives it no traffic', async () => {
    const { url, replica } = await serve();
    const corrupt = await store.publish({ offset: 66 });
    const path = await store.artifacts.localFile(corrupt, 'model.onnx');
    await writeFile(path, Buffer.from('not an onnx model'));
    const narrower = await store.publish({
      offset: 67,
      signature: {
        inputs: [{ name: 'distance', datatype: 'FP32', shape: [-1, 1], column: 'float' }],
        outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
      },
    });
    const required = SIGNATURE.inputs.map((spec) => (spec.name === 'distance' ? { ...spec, nullable: false } : spec));
    const stricter = await store.publish({ offset: 68, signature: { ...SIGNATURE, inputs: required } });
    for (const [artifact, code] of [
      [corrupt, /ARTIFACT_CORRUPT/],
      [narrower, /SERVING_INPUT_INVALID|ONNX_SIGNATURE_MISMATCH/],
      [stricter, /SERVING_SIGNATURE_INCOMPATIBLE/],
    ] as const) {
      const revision = await store.route([champion(1, first, 50), challenger(2, artifact, 50)]);
      await until('the replica reports the failure', async () => {
        const status = (await store.endpoints.replicas('flights')).find((one) => one.replica === replica);
        const variant = status?.variants.find((one) => one.version === 2);
        return status?.revision === revision && variant?.state === 'failed' && code.test(variant.error ?? '');
      });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => post(`${url}/v1/models/flights:predict`, { instances: [ROW], ids: [`r${n}`] })),
      );
      expect(new Set(answers.map((answer) => `${answer.status} ${String(answer.body['model_version'])}`))).toEqual(
        new Set(['200 1']),
      );
    }
    await store.route([champion(1, first)]);
  });
});

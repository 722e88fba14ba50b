import { once } from 'node:events';
import fs from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { ModelMeta } from '../../../src/contracts/stages/train.js';
import { ERROR_CODES } from '../../../src/errors/codes.js';
import type { ErrorCode } from '../../../src/errors/codes.js';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer, ModelServerOptions } from '../../../src/serving/index.js';
import { spawnCli } from '../../integration/cli/run-cli.js';
import {
  ROW,
  challenger,
  champion,
  createServingStore,
  expectedScore,
  post,
  until,
} from '../../integration/serving/served-model.js';
import type { ServingStore } from '../../integration/serving/served-model.js';

const KEY = 'a-long-secret';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const BODY_BYTES = 4_000;

let store: ServingStore;
let good: ArtifactRef<'model', ModelMeta>;
let server: ModelServer;

const options = (): ModelServerOptions => ({
  store: store.uri,
  endpoint: 'flights',
  port: 0,
  logLevel: 'silent',
  refreshMs: 50,
  apiKeys: [KEY],
  limits: { bodyBytes: BODY_BYTES },
});

beforeAll(async () => {
  store = await createServingStore();
  good = await store.publish({ offset: 1 });
  await store.route([champion(1, good)]);
  server = await createModelServer(options());
  await server.start();
});
afterAll(async () => {
  await server.close();
  const files = await fs.readdir(fileURLToPath(store.uri), { recursive: true });
  await store.remove();
  expect(files.filter((name) => name.includes('.~tmp/') || name.includes('replicas/server'))).toEqual([]);
});

const predict = (): string => `${server.url}/v1/models/flights:predict`;
const rowText = (distance: string): string => `{"instances":[{"date":0,"distance":${distance},"origin":"SFO"}]}`;

async function answersAGoodRequest(): Promise<void> {
  const { status, body } = await post(predict(), { instances: [ROW] }, AUTHORIZED);
  expect([status, body['model_version']]).toEqual([200, '1']);
  expect(body['predictions']).toEqual([{ id: expect.any(String), score: expect.closeTo(expectedScore(1, ROW), 5) }]);
}

/** Artifacts, registry and endpoint configuration with the version of each; logs and the server's own reports left out. */
async function published(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { key, etag } of store.artifacts.objects.list('')) {
    if (!/^predictions\/|\/(replicas|log)\//.test(key)) found[key] = etag;
  }
  return found;
}

/** The good model's artifact with another `model.onnx`. */
async function replaceModel(model: Buffer): Promise<ArtifactRef<'model', ModelMeta>> {
  const files = ['signature.json', 'samples.json'].map(async (name) => ({
    name,
    mediaType: 'application/json',
    content: { bytes: await store.artifacts.readFile(good, name) },
  }));
  const onnx = { name: 'model.onnx', mediaType: 'application/onnx', content: { bytes: model } };
  return store.artifacts.publish({ kind: 'model', files: [onnx, ...(await Promise.all(files))], meta: good.meta, inputs: [] });
}

interface Bad {
  readonly title: string;
  readonly path?: string;
  readonly body: unknown;
  readonly code: ErrorCode;
  /** What is wrong, where, what was expected and got. The cure is that of the code table. */
  readonly says: readonly string[];
}

const TENSORS = [
  { name: 'date', shape: [1], datatype: 'INT64', data: [0] },
  { name: 'origin', shape: [1], datatype: 'BYTES', data: ['SFO'] },
];
const infinite = (received: string): readonly string[] => [
  '1 field does not fit model "flights"',
  `row 0, column "distance": not finite, expected a finite number or null, got ${received}`,
];

const TABLE: readonly Bad[] = [
  {
    title: 'malformed JSON',
    body: '{"instances": [',
    code: 'SERVING_BODY_MALFORMED',
    says: ['the body is not JSON: got 15 characters'],
  },
  { title: 'no body', body: '', code: 'SERVING_BODY_MALFORMED', says: ['the body is not JSON: got an empty body'] },
  {
    title: 'JSON of another shape',
    body: [ROW],
    code: 'SERVING_BODY_MALFORMED',
    says: ['the body is no object: expected a JSON object, got a list'],
  },
  {
    title: 'a bare NaN or Infinity',
    body: rowText('-Infinity'),
    code: 'SERVING_NUMBER_NOT_FINITE',
    says: ['the body has a bare NaN or Infinity, which is not JSON'],
  },
  {
    title: 'a number that JSON reads as Infinity',
    body: rowText('1e999'),
    code: 'SERVING_NUMBER_NOT_FINITE',
    says: infinite('Infinity'),
  },
  {
    title: 'a number that its column cannot hold',
    body: rowText('-1e39'),
    code: 'SERVING_NUMBER_NOT_FINITE',
    says: infinite('-1e+39'),
  },
  { title: 'Infinity as text', body: rowText('"Infinity"'), code: 'SERVING_NUMBER_NOT_FINITE', says: infinite('"Infinity"') },
  {
    title: 'Infinity in a tensor',
    path: '/v2/models/flights/infer',
    body: { inputs: [...TENSORS, { name: 'distance', shape: [1], datatype: 'FP32', data: ['Infinity'] }] },
    code: 'SERVING_NUMBER_NOT_FINITE',
    says: ['column "distance": not finite, expected a finite number or null, got "Infinity"'],
  },
  {
    title: 'a value of a wrong type',
    body: {
      instances: [
        { ...ROW, distance: 'far' },
        { ...ROW, date: 'soon' },
      ],
    },
    code: 'SERVING_INPUT_INVALID',
    says: [
      '2 fields do not fit model "flights"',
      'row 0, column "distance": wrong type, expected a finite number or null, got "far"',
      'row 1, column "date": wrong type, expected an ISO-8601 time or integer milliseconds, years 1 to 9999, got "soon"',
    ],
  },
  {
    title: 'a body over the limit',
    body: { instances: [{ ...ROW, origin: 'x'.repeat(BODY_BYTES) }] },
    code: 'SERVING_BODY_TOO_LARGE',
    says: [`the body is too large: expected at most ${BODY_BYTES} bytes`],
  },
];

describe('a bad request', () => {
  it.each(TABLE)('with $title: is answered $code and says all; the next good one is answered', async (bad) => {
    const before = await published();
    const { status, body, headers } = await post(
      `${server.url}${bad.path ?? '/v1/models/flights:predict'}`,
      bad.body,
      AUTHORIZED,
    );
    expect([status, headers.get('x-error-code')]).toEqual([ERROR_CODES[bad.code].httpStatus, bad.code]);
    const error = String(body['error']);
    for (const part of [`${bad.code}: `, ...bad.says, ERROR_CODES[bad.code].cure]) expect(error).toContain(part);
    expect(JSON.stringify(body)).not.toMatch(/undefined|\[object|\.js:\d/);
    await answersAGoodRequest();
    expect(await published()).toEqual(before);
  });

  it('whose body has no announced length is cut off at the limit', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(Buffer.alloc(1_000, ' '));
      },
    });
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AUTHORIZED },
      body: endless,
      duplex: 'half',
    };
    const answer = await fetch(predict(), sent as RequestInit).catch(() => null);
    // The server may close the connection before the client has read the answer.
    if (answer !== null) expect([answer.status, answer.headers.get('x-error-code')]).toEqual([413, 'SERVING_BODY_TOO_LARGE']);
    await answersAGoodRequest();
  });

  it('with a wrong API key is answered before its body is read', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const head = [
      'POST /v1/models/flights:predict HTTP/1.1',
      'Host: x',
      'X-API-Key: a-wrong-secret',
      'Content-Length: 1000000000',
    ];
    socket.write([...head, 'Content-Type: application/json', '', ''].join('\r\n'));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    await once(socket, 'end');
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*SERVING_UNAUTHORIZED: the request has no valid API key\. Send a valid key/);
    expect(answer).not.toContain('a-wrong-secret');
    await answersAGoodRequest();
  });
});

describe('an unknown category at serving time', () => {
  it('is answered 200 with a finite score, and counted', async () => {
    const { status, body } = await post(predict(), { instances: [{ ...ROW, origin: 'ZZZ' }] }, AUTHORIZED);
    const [prediction] = body['predictions'] as readonly [{ readonly score: number }];
    expect([status, Number.isFinite(prediction.score)]).toEqual([200, true]);
    const metrics = await (await fetch(`${server.url}/metrics`, { headers: AUTHORIZED })).text();
    expect(metrics).toContain('perennial_unknown_category_total{model="flights",version="1",column="origin"} 1\n');
  });
});

describe('a corrupt ONNX model', () => {
  const bytes = async (): Promise<Buffer> => store.artifacts.readFile(good, 'model.onnx');
  it.each<{ title: string; state: RegExp; make: () => Promise<ArtifactRef<'model'>> }>([
    { title: 'garbage', state: /^ONNX_CORRUPT: /, make: () => replaceModel(Buffer.from('no model at all')) },
    { title: 'cut short', state: /^ONNX_/, make: async () => replaceModel((await bytes()).subarray(0, -40)) },
    {
      title: 'changed on disk after it was published',
      state: /^ARTIFACT_CORRUPT: .*Delete the object named/,
      make: async () => {
        const ref = await store.publish({ offset: 77 });
        await fs.writeFile(await store.artifacts.localFile(ref, 'model.onnx'), 'no model at all');
        return ref;
      },
    },
  ])('($title) is reported as failed by the replica, and the champion keeps serving', async ({ state, make }) => {
    const artifact = await make();
    for (const variants of [[champion(1, good, 50), challenger(2, artifact, 50)], [champion(2, artifact)]]) {
      const before = await published();
      await store.route(variants);
      await until('the replica reports the failure', async () => {
        const [status] = await store.endpoints.replicas('flights');
        const variant = status?.variants.find(({ version }) => version === 2);
        return status?.variants.length === variants.length && variant?.state === 'failed' && state.test(variant.error ?? '');
      });
      for (let request = 0; request < 10; request++) await answersAGoodRequest();
      const changed = Object.entries(await published()).filter(([key, etag]) => before[key] !== etag);
      expect(changed.map(([key]) => key)).toEqual(['endpoints/flights/config.json']);
    }
    const onlyBad = await createModelServer({ ...options(), replica: 'late' });
    const { url } = await onlyBad.start();
    const [live, ready] = [await fetch(`${url}/v2/health/live`), await fetch(`${url}/v2/health/ready`)];
    expect([live.status, ready.status]).toEqual([200, 503]);
    await onlyBad.close();
    await store.route([champion(1, good)]);
  });
});

describe('a port in use', () => {
  it('ends `perennial serve` and `createModelServer` with SERVING_PORT_IN_USE, and no replica is left behind', async () => {
    const { port } = new URL(server.url);
    const where = ['--endpoint', 'flights', '--port', port, '--store', store.uri];
    await store.route([champion(1, good), challenger(3, await replaceModel(Buffer.from('no model either')))]);
    const before = await published();
    const command = await spawnCli(['serve', ...where, '--json']);
    expect(command).toMatchObject({ code: 1, stdout: '' });
    const [log, error] = command.stderr.trim().split('\n');
    expect(log).toMatch(/"msg":"model version not loaded"/);
    expect(JSON.parse(error ?? '')).toMatchObject({
      error: {
        code: 'SERVING_PORT_IN_USE',
        what: `port ${port} of 127.0.0.1 is in use`,
        cure: ERROR_CODES.SERVING_PORT_IN_USE.cure,
      },
    });
    const second = await createModelServer({ ...options(), port: Number(port), replica: 'second' });
    await expect(second.start()).rejects.toMatchObject({ code: 'SERVING_PORT_IN_USE' });
    const replicas = await fs.readdir(path.join(fileURLToPath(store.uri), 'endpoints', 'flights', 'replicas'));
    expect(replicas.filter((name) => name.endsWith('.json'))).toEqual([`${server.replica}.json`]);
    expect(await published()).toEqual(before);
    await answersAGoodRequest();
  });
});

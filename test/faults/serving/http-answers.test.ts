import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer } from '../../../src/serving/index.js';
import { ROW, champion, createServingStore, until } from '../../integration/serving/served-model.js';
import type { ServingStore } from '../../integration/serving/served-model.js';

let store: ServingStore;
let server: ModelServer;

beforeAll(async () => {
  store = await createServingStore();
  await store.route([champion(1, await store.publish({ offset: 1 }))]);
  server = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent' });
  await server.start();
});
afterAll(async () => {
  await server.close();
  await store.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Record<string, unknown>;
}

/** Sends bytes as they are and reads what comes back until the server closes the connection. */
async function exchange(bytes: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  socket.setTimeout(10_000, () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = new Map(lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 2)]));
  return {
    status: Number(status.split(' ')[1]),
    headers,
    body: JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>,
  };
}

const raw = (line: string, headers: readonly string[] = [], body = ''): string =>
  [line, 'Host: x', 'Connection: close', ...headers, '', body].join('\r\n');
const sized = (line: string, body: string, headers: readonly string[] = []): string =>
  raw(line, [`Content-Length: ${Buffer.byteLength(body)}`, ...headers], body);

const PREDICT = 'POST /v1/models/flights:predict HTTP/1.1';
const INFER = 'POST /v2/models/flights/infer HTTP/1.1';
const ROWS = JSON.stringify({ instances: [ROW] });
const TENSORS = JSON.stringify({
  id: '',
  inputs: [
    { name: 'date', shape: [1, 1], datatype: 'INT64', data: [0] },
    { name: 'distance', shape: [1, 1], datatype: 'FP32', data: [4] },
    { name: 'origin', shape: [1, 1], datatype: 'BYTES', data: ['SFO'] },
  ],
});

describe('an answer of the HTTP layer', () => {
  it.each<readonly [string, string | Buffer, number, string]>([
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400, 'SERVING_REQUEST_MALFORMED'],
    ['a path that is not an encoded URL', raw('GET /v2/models/%zz HTTP/1.1'), 400, 'SERVING_REQUEST_MALFORMED'],
    ['half an escape', raw('GET /v1/models/%E0%A4%A HTTP/1.1'), 400, 'SERVING_REQUEST_MALFORMED'],
    ['a name of 300 characters', raw(`GET /v2/models/${'x'.repeat(300)} HTTP/1.1`), 414, 'SERVING_URL_TOO_LONG'],
    ['a path of 20,000 characters', raw(`GET /${'x'.repeat(20_000)} HTTP/1.1`), 431, 'SERVING_HEADERS_TOO_LARGE'],
    ['a header of 20,000 characters', raw('GET /v2 HTTP/1.1', [`X-A: ${'x'.repeat(20_000)}`]), 431, 'SERVING_HEADERS_TOO_LARGE'],
    ['a request without Host', 'GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'SERVING_REQUEST_MALFORMED'],
    ['two lengths', raw(PREDICT, ['Content-Length: 1', 'Content-Length: 2'], 'xx'), 400, 'SERVING_REQUEST_MALFORMED'],
    ['a length that is no number', raw(PREDICT, ['Content-Length: ten'], 'x'), 400, 'SERVING_REQUEST_MALFORMED'],
    [
      'a length beside chunks',
      raw(PREDICT, ['Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
      400,
      'SERVING_REQUEST_MALFORMED',
    ],
    ['a broken chunk', raw(PREDICT, ['Transfer-Encoding: chunked'], 'zz\r\n'), 400, 'SERVING_REQUEST_MALFORMED'],
    ['a path that there is not', raw('GET /nowhere HTTP/1.1'), 404, 'SERVING_ROUTE_NOT_FOUND'],
    [
      'a path that there is not, with a body that is no JSON',
      sized('POST /v2/nowhere HTTP/1.1', '{'),
      404,
      'SERVING_ROUTE_NOT_FOUND',
    ],
    ['another verb of the row API', sized('POST /v1/models/flights:explain HTTP/1.1', ROWS), 404, 'SERVING_ROUTE_NOT_FOUND'],
    ['a body over the limit', raw(PREDICT, ['Content-Length: 2000000']), 413, 'SERVING_BODY_TOO_LARGE'],
    ['another media type', sized(PREDICT, ROWS, ['Content-Type: text/plain']), 415, 'SERVING_MEDIA_TYPE_UNSUPPORTED'],
    ['a media type that is none', sized(PREDICT, ROWS, ['Content-Type: ;;;']), 415, 'SERVING_MEDIA_TYPE_UNSUPPORTED'],
    ['a compressed body', sized(PREDICT, ROWS, ['Content-Encoding: gzip']), 415, 'SERVING_MEDIA_TYPE_UNSUPPORTED'],
    ['binary tensors', sized(INFER, TENSORS, ['Inference-Header-Content-Length: 9']), 415, 'SERVING_MEDIA_TYPE_UNSUPPORTED'],
    [
      'bytes that are not UTF-8',
      Buffer.from(raw(PREDICT, [`Content-Length: ${ROWS.length}`], ROWS.replace('F', '\xff')), 'latin1'),
      400,
      'SERVING_BODY_MALFORMED',
    ],
  ])('to %s: has its code in the header and the body of all errors', async (_title, bytes, status, code) => {
    const answer = await exchange(bytes);
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(String(answer.body['error'])).toMatch(new RegExp(`^${code}: .+\\. .+`));
    const fields = Object.keys(answer.body);
    expect(fields).toEqual(fields.length === 1 ? ['error'] : ['error', 'code', 'retryable', 'details']);
  });

  it.each<readonly [string, string]>([
    ['GET /v1/models/flights:predict', 'POST'],
    ['PUT /v1/models/flights:predict', 'POST'],
    ['PROPFIND /v2/models/flights/infer', 'POST'],
    ['GET /v2/models/flights/versions/1/infer', 'POST'],
    ['POST /v2/models/flights', 'GET, HEAD'],
    ['DELETE /v2/models/flights/versions/1', 'GET, HEAD'],
    ['OPTIONS /v2', 'GET, HEAD'],
    ['POST /v2/health/ready/', 'GET, HEAD'],
    ['POST /v2/models/stats', 'GET, HEAD'],
    ['PATCH /metrics', 'GET, HEAD'],
    ['GET /admin/refresh?x=1', 'POST'],
  ])('to %s is 405 with what the route allows', async (line, allow) => {
    const answer = await exchange(raw(`${line} HTTP/1.1`));
    expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('allow')]).toEqual([
      405,
      'SERVING_METHOD_NOT_ALLOWED',
      allow,
    ]);
  });

  it('says that the server is shutting down, once it takes no more', async () => {
    const closing = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent' });
    await closing.start();
    const { hostname, port } = new URL(closing.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.write('GET /v2 HTTP/1.1\r\nHost: x\r\n');
    await once(socket, 'ready');
    const shut = closing.close();
    await until('it takes no more connections', () => !closing.app.server.listening);
    socket.write('Connection: close\r\n\r\n');
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 503 [^]*x-error-code: SERVING_CLOSING\r\n/);
    await shut;
  });
});

describe('a request as clients of the protocol send it', () => {
  it('is answered to the bytes of the stock Python client', async () => {
    const body =
      '{"inputs":[{"name":"date","shape":[2,1],"datatype":"INT64","data":[0,1]},{"name":"distance","shape":[2,1],"datatype":"FP32",' +
      '"data":[4.0,9.0]},{"name":"origin","shape":[2,1],"datatype":"BYTES","data":["SFO","JFK"]}],"parameters":{"binary_data_output":true}}';
    const head = ['User-Agent: python/gevent-http-client-2.6.1', 'Host: 127.0.0.1:8080', `Content-Length: ${body.length}`];
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write([INFER, ...head, '', body].join('\r\n'));
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
    socket.destroy();
    expect(answer).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*"outputs":\[\{"name":"score","datatype":"FP32","shape":\[2,1\],"data":\[1\.25\d*,1\.5/,
    );
  });

  it('has no media type, an empty id, and is answered', async () => {
    const answer = await exchange(sized(INFER, TENSORS));
    expect([answer.status, answer.body['model_name'], answer.body['id']]).toEqual([200, 'flights', undefined]);
    expect((await exchange(sized(PREDICT, ROWS))).status).toBe(200);
    expect(
      (await exchange(sized(PREDICT, ROWS, ['Content-Type: application/json; charset=utf-8', 'Expect: miracles']))).status,
    ).toBe(200);
  });

  it.each([
    '/v2',
    '/v2/',
    '/v2/health/live/',
    '/v2/models/flights/',
    '/v2/models/flights/ready/',
    '/metrics/',
    '/v2/models/stats/',
  ])('may end its path with a slash: %s', async (path) => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });

  it('asks for the statistics of all models', async () => {
    const stats = async (path: string): Promise<unknown> => (await fetch(`${server.url}${path}`)).json();
    expect(await stats('/v2/models/stats')).toMatchObject({ model_stats: [{ name: 'flights', version: '1' }] });
    expect(await stats('/v2/models/stats')).toEqual(await stats('/v2/models/flights/stats'));
  });
});

describe('requests that are cut off', () => {
  it('leave nothing counted as under way, and the server answers on', async () => {
    const { hostname, port } = new URL(server.url);
    for (const bytes of [
      sized(PREDICT, ROWS),
      raw(PREDICT, ['Content-Length: 500'], ROWS),
      raw(PREDICT, ['Transfer-Encoding: chunked'], '5\r\n{"ins'),
    ]) {
      for (let n = 0; n < 20; n += 1) {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(bytes);
        if (n % 2 === 0) setImmediate(() => socket.resetAndDestroy());
        else socket.destroySoon();
      }
    }
    await until('no request is under way', async () =>
      /^perennial_inflight 0$/m.test(await (await fetch(`${server.url}/metrics`)).text()),
    );
    expect((await exchange(sized(PREDICT, ROWS))).status).toBe(200);
  });
});

import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../../src/errors/codes.js';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer } from '../../../src/serving/index.js';
import { champion, createServingStore, until } from '../../integration/serving/served-model.js';
import type { ServingStore } from '../../integration/serving/served-model.js';
import { fuzzedRequests } from './request-grammar.js';
import type { FuzzedRequest } from './request-grammar.js';

/** Another seed each time; set one, or more inputs, to look for longer. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 3_000);
/** What else comes and goes on the heap is some 20 MiB; beside it each request may leave a kilobyte. */
const mostGrownBytes = (inputs: number): number => 48 * 2 ** 20 + 1_000 * inputs;
const CALLERS = 24;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
let store: ServingStore;
let server: ModelServer;

beforeAll(async () => {
  store = await createServingStore();
  await store.route([champion(1, await store.publish({ offset: 1 }))]);
  const predictionLog = { flushRows: 2_000, flushMs: 200 };
  server = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent', predictionLog });
  await server.start();
});
afterAll(async () => {
  agent.destroy();
  await server.close();
  await store.remove();
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
}

function send({ method, path, headers, body }: FuzzedRequest): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(body.length) };
    const sent = request({ hostname, port, agent, method, path, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const code = response.headers['x-error-code'];
        resolve({ status: response.statusCode ?? 0, code: code?.toString(), text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

/** What is wrong with an answer, null when nothing is: no failure of the server, and every refusal by its code. */
function problemOf(asked: FuzzedRequest, { status, code, text }: Answer): string | null {
  if (status >= 500) return `it is answered ${status}`;
  if (status >= 400) {
    const known = code !== undefined && code in ERROR_CODES ? ERROR_CODES[code as keyof typeof ERROR_CODES].httpStatus : null;
    if (known !== status) return `its code is ${String(code)} and its status ${status}`;
    if (asked.method !== 'HEAD' && !text.startsWith(`{"error":"${code ?? ''}: `)) return 'its body has another form';
    return text.length > 100_000 ? `its answer has ${text.length} characters` : null;
  }
  return status === 200 ? null : `it is answered ${status}`;
}

const shown = (asked: FuzzedRequest): string =>
  JSON.stringify({ ...asked, body: asked.body?.toString('latin1') }).slice(0, 2_000);

it(`${INPUTS} requests of a grammar with faults end no server, fail none, and are charged to no model (seed ${SEED})`, async () => {
  const requests = fuzzedRequests(SEED);
  const statuses = new Map<number, number>();
  let left = INPUTS;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const asked = requests.next().value as FuzzedRequest;
      const answer = await send(asked).catch((error: unknown) => {
        throw new Error(`seed ${SEED}: no answer (${String(error)}) to ${shown(asked)}`);
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const problem = problemOf(asked, answer);
      if (problem !== null) throw new Error(`seed ${SEED}: ${problem}: ${answer.text.slice(0, 500)} to ${shown(asked)}`);
    }
  };
  const part = async (inputs: number): Promise<void> => {
    left = inputs;
    await Promise.all(Array.from({ length: CALLERS }, caller));
  };
  await part(Math.ceil(INPUTS / 4));
  const early = heapBytes();
  await part(INPUTS - Math.ceil(INPUTS / 4));
  expect(heapBytes() - early).toBeLessThan(mostGrownBytes(INPUTS));

  // Enough was right to be scored, and every kind of refusal was met.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(INPUTS / 5);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 405, 415]));
  const get = async (path: string): Promise<string> => (await fetch(`${server.url}${path}`)).text();
  const { model_stats: stats } = JSON.parse(await get('/v2/models/stats')) as {
    readonly model_stats: readonly { readonly inference_stats: { readonly fail: { readonly count: number } } }[];
  };
  expect(stats.map(({ inference_stats: { fail } }) => fail.count)).toEqual([0]);
  // What the door lets in can be written to the prediction log.
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await get('/metrics'))?.[1]);
  await until('the log is written', async () => (await metric('perennial_log_rows_total')) >= INPUTS / 4);
  expect([await metric('perennial_log_dropped_total'), await metric('perennial_inflight')]).toEqual([0, 0]);
}, 180_000);

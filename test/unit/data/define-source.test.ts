import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonLines } from '../../../examples/extending/json-lines.js';
import { defineSource, type SourceRow } from '../../../src/extend/index.js';
import { col, definePipeline, schema, secret } from '../../../src/index.js';
import { runInProcess, sourceContract } from '../../../src/testing/index.js';

const trips = schema('trips', {
  at: col.timestamp({ eventTime: true }),
  place: col.text().nullable(),
  fare: col.float().nullable(),
  shared: col.boolean(),
});
const PAGES = [
  '{"at":"2026-01-01T08:00:00Z","place":"a \\"b\\", c","fare":1.5,"shared":true}\n{"at":"2026-01-02T08:00:00Z","place":"","fare":null,"shared":false}\n',
  '{"at":1767427200000,"place":null,"shared":false,"more":1}\n',
];
const asked: string[] = [];
let etag = '"1"';
const server = createServer((request, response) => {
  asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`.trim());
  const isSecond = request.url?.includes('page=2') === true;
  response.setHeader('etag', etag);
  if (!isSecond) response.setHeader('link', '</trips?page=2>; rel="next"');
  response.end(PAGES[isSecond ? 1 : 0]);
});
let folder = '';
let url = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-sources-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/trips`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});
const secrets = { place: 'the test', read: (name: string) => Promise.resolve(name === 'TRIPS_TOKEN' ? 'swordfish' : null) };

describe('a source that was added', () => {
  it('gives rows to ingest, within the window, with secrets and parameters put in, and is read again when its state is another', async () => {
    const pipeline = definePipeline('api', {}, (p) => {
      p.ingest({
        source: jsonLines({ url, token: secret('TRIPS_TOKEN') }) as never,
        schema: trips,
        window: ['2026-01-01', '2026-01-04'],
      });
    });
    expect(pipeline.plan.steps[0]?.config).toMatchObject({
      source: { format: 'json_lines', options: { url, token: { $secret: 'TRIPS_TOKEN' }, from: 'from', to: 'to' } },
    });
    const store = join(folder, 'store');
    const run = async (): Promise<unknown> => {
      const { status, results, steps } = await runInProcess(pipeline, {}, { store, secrets });
      expect([status, steps[0]?.failure ?? null]).toEqual(['succeeded', null]);
      return results['ingest'];
    };
    expect(await run()).toMatchObject({ meta: { rows: 3, from: '2026-01-01T00:00:00.000Z' } });
    const pages = asked.filter((line) => line.startsWith('GET'));
    expect(pages).toEqual(['GET /trips?from=2026-01-01&to=2026-01-04 Bearer swordfish', 'GET /trips?page=2 Bearer swordfish']);
    await run();
    expect(asked.filter((line) => line.startsWith('GET'))).toHaveLength(2);
    etag = '"2"';
    await run();
    expect(asked.filter((line) => line.startsWith('GET'))).toHaveLength(4);
  });

  it('may write files; what it writes is checked as any other file is', async () => {
    const files = defineSource({
      name: 'files',
      options: { properties: { fare: { type: 'string' }, how: { type: 'string' } }, required: ['fare'] },
      load: async ({ options, folder: into }) => {
        await writeFile(join(into, 'rows.csv'), `at;place;fare;shared\n2026-01-01T00:00:00Z;x;${options.fare};1\n`);
        return { format: options.how ?? 'csv', options: { delimiter: ';' } } as never;
      },
    });
    const ingest = (options: Parameters<typeof files>[0]) =>
      runInProcess(
        definePipeline('files', {}, (p) => p.ingest({ source: files(options), schema: trips })),
        {},
        { store: join(folder, 'files') },
      );
    expect((await ingest({ fare: '2.5' })).results['ingest']).toMatchObject({ meta: { rows: 1 } });
    expect((await ingest({ fare: 'much' })).steps[0]).toMatchObject({ failure: { code: 'DATA_COLUMN_TYPE' } });
    expect((await ingest({ fare: '1', how: 'xlsx' })).steps[0]).toMatchObject({ failure: { code: 'EXTENSION_RESULT_INVALID' } });
    expect(() => files({ fare: 3, how: 4 } as never)).toThrow(/`fare`: expected a text[^]*`how`: expected a text/);
    expect(() => defineSource({ name: 'csv', options: { properties: {} }, load: () => Promise.reject(new Error('no')) })).toThrow(
      'there is a source "csv" already',
    );
  });

  it('is named by errors about its rows, with the row and the place that it gives, and not by its scratch files', async () => {
    type Rows = readonly unknown[];
    let given: Rows = [];
    const rows = defineSource({
      name: 'given_rows',
      options: { properties: { table: { type: 'string' } }, required: ['table'] },
      load: async function* () {
        await Promise.resolve();
        yield* given as readonly SourceRow[];
      },
      place: ({ table }) => `table ${table}`,
    });
    const failureOf = async (some: Rows, window: Partial<{ window: [string, string] }> = {}) => {
      given = some;
      const pipeline = definePipeline('given', {}, (p) => {
        p.ingest({ source: rows({ table: 'trips' }), schema: trips, ...window });
      });
      const { steps } = await runInProcess(pipeline, {}, { store: join(folder, 'given') });
      expect(JSON.stringify(steps)).not.toMatch(/rows\.csv|scratch/);
      return steps[0]?.failure;
    };
    const good = { at: new Date('2026-01-01'), place: 'a', fare: 1, shared: true };
    const name = 'source "given_rows" (table trips)';
    const wrong = await failureOf([good, { ...good, place: 'two\nlines' }, { ...good, fare: 'much' }, good]);
    expect(wrong).toMatchObject({ code: 'DATA_COLUMN_TYPE' });
    expect(wrong?.message).toContain(`1 other values such as "much" in row 3 in ${name}`);
    const empty = await failureOf([good], { window: ['2027-01-01', '2027-01-02'] });
    expect(empty).toMatchObject({ code: 'DATA_WINDOW_EMPTY' });
    expect(empty?.message).toContain(name);
    const odd = await failureOf([good, { ...good, fare: [1] }]);
    expect(odd).toMatchObject({ code: 'EXTENSION_RESULT_INVALID' });
    expect(odd?.message).toContain('row 2 of the source "given_rows" has an array in column "fare"');
    expect((await failureOf([good, null]))?.message).toContain('row 2 of the source "given_rows" is null');
    expect((await failureOf([{ ...good, at: new Date(NaN) }]))?.message).toContain('an invalid Date in column "at"');
  });

  it('keeps to what every source does', async () => {
    for (const { run } of sourceContract(jsonLines, { url, from: 'from', to: 'to' })) await run();
  });
});

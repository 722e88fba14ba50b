import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { fileURLToPath } from 'node:url';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer, ModelServerOptions } from '../../../src/serving/index.js';
import { ROW, champion, createServingStore, post } from './served-model.js';
import type { ServingStore } from './served-model.js';

let store: ServingStore;
beforeAll(async () => {
  store = await createServingStore();
  await store.route([champion(1, await store.publish({ offset: 1 }))]);
});
afterAll(() => store.remove());

async function serve(options: Partial<ModelServerOptions>): Promise<ModelServer> {
  const server = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent', ...options });
  await server.start();
  return server;
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowObjectsJson() as Record<string, unknown>[];
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const files = (replica: string): string => `'${fileURLToPath(store.uri)}/predictions/flights/*/${replica}-*.parquet'`;

async function keys(replica: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const info of store.artifacts.objects.list('predictions/flights/'))
    if (info.key.includes(`/${replica}-`)) found.push(info.key);
  return found;
}

describe('the prediction log', () => {
  it('is flushed at shutdown with ids, event times, scores and raw inputs, also for requests that were not answered', async () => {
    const server = await serve({ replica: 'logged' });
    const predict = `${server.url}/v1/models/flights:predict`;
    await post(predict, { instances: [ROW, { ...ROW, distance: null }], ids: ['a', 'b'] });
    await post(predict, { instances: [ROW], ids: ['c'], event_times: ['2001-01-09T00:00:00Z'] });
    await post(predict, { instances: [{ ...ROW, distance: 'far' }], ids: ['d'] });
    await post(predict, '{"instances": [');
    await post(`${server.url}/v1/models/other:predict`, { instances: [ROW] });
    await server.close();

    const [key, ...more] = await keys('logged');
    expect(more).toEqual([]);
    expect(key).toMatch(/^predictions\/flights\/\d{4}-\d\d-\d\d\/logged-[0-9a-f]{8}-000000_e\d+_\d+_l\d+_\d+\.parquet$/);
    const rows = await query(`SELECT * FROM read_parquet(${files('logged')})`);
    expect(Object.keys(rows[0]!)).toEqual(
      'request_id event_time logged_at model version variant status latency_ms score date distance origin'.split(' '),
    );
    const types = await query(`DESCRIBE SELECT * FROM read_parquet(${files('logged')})`);
    expect(types.map((column) => column['column_type'])).toEqual(
      'VARCHAR TIMESTAMP TIMESTAMP VARCHAR INTEGER VARCHAR INTEGER DOUBLE FLOAT TIMESTAMP FLOAT VARCHAR'.split(' '),
    );
    const short = rows.map((row) => [
      row['request_id'],
      row['event_time'],
      row['version'],
      row['status'],
      row['score'] !== null,
      row['distance'],
      row['origin'],
    ]);
    expect(short.slice(0, 4)).toEqual([
      ['a', '2001-01-05 12:00:00', 1, 200, true, 4, 'SFO'],
      ['b', '2001-01-05 12:00:00', 1, 200, true, null, 'SFO'],
      ['c', '2001-01-09 00:00:00', 1, 200, true, 4, 'SFO'],
      ['d', expect.any(String), 1, 400, false, null, null],
    ]);
    expect(short[4]).toEqual([expect.any(String), expect.any(String), null, 400, false, null, null]);
    expect(rows).toHaveLength(5);
  });

  it('keeps the files of a replica that comes back under its name', async () => {
    for (const id of ['x', 'y']) {
      const server = await serve({ replica: 'again' });
      await post(`${server.url}/v1/models/flights:predict`, { instances: [ROW], ids: [id] });
      await server.close();
    }
    expect(await keys('again')).toHaveLength(2);
    expect(await query(`SELECT request_id FROM read_parquet(${files('again')}) ORDER BY 1`)).toEqual([
      { request_id: 'x' },
      { request_id: 'y' },
    ]);
  });

  it('counts what it has no room for, in the metrics and in the status of the replica, and answers all the same', async () => {
    const server = await serve({ replica: 'full', predictionLog: { maxBuffered: 10, flushRows: 1_000, flushMs: 60_000 } });
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, n) => post(`${server.url}/v1/models/flights:predict`, { instances: [ROW], ids: [`${n}`] })),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('perennial_log_dropped_total 15');
    await server.close();
    expect(await query(`SELECT count(*)::INTEGER AS n FROM read_parquet(${files('full')})`)).toEqual([{ n: 10 }]);
  });

  it('writes while it serves, every row once', async () => {
    const server = await serve({ replica: 'busy', predictionLog: { flushRows: 50, flushMs: 30 } });
    const predict = `${server.url}/v1/models/flights:predict`;
    for (let n = 0; n < 20; n += 1) {
      await Promise.all(
        Array.from({ length: 10 }, (_, m) => post(predict, { instances: [ROW, ROW], ids: [`${n}-${m}-0`, `${n}-${m}-1`] })),
      );
    }
    await server.close();
    expect((await keys('busy')).length).toBeGreaterThan(1);
    const [counts] = await query(
      `SELECT count(*)::INTEGER AS rows, count(DISTINCT request_id)::INTEGER AS ids FROM read_parquet(${files('busy')})`,
    );
    expect(counts).toEqual({ rows: 400, ids: 400 });
  });
});

describe('shutting down', () => {
  it('answers what is under way, takes the replica out of the store and listens no more', async () => {
    const server = await serve({ replica: 'leaving', batch: { maxRows: 64 } });
    const { url } = server;
    expect((await store.endpoints.replicas('flights')).map((status) => status.replica)).toContain('leaving');
    const under = Array.from({ length: 20 }, (_, n) =>
      post(`${url}/v1/models/flights:predict`, { instances: [ROW], ids: [`u${n}`] }),
    );
    await under[0];
    const closed = server.close();
    const statuses = (await Promise.allSettled(under)).map((answer) =>
      answer.status === 'fulfilled' ? answer.value.status : String(answer.reason),
    );
    await closed;
    expect(new Set(statuses)).toEqual(new Set([200]));
    await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow();
    expect((await store.endpoints.replicas('flights')).map((status) => status.replica)).not.toContain('leaving');
    const logged = await query(`SELECT count(*)::INTEGER AS n FROM read_parquet(${files('leaving')}) WHERE status = 200`);
    expect(logged).toEqual([{ n: statuses.filter((status) => status === 200).length }]);
  });
});

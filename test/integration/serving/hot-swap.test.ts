import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer } from '../../../src/serving/index.js';
import { ROW, challenger, champion, createServingStore, expectedScore, post } from './served-model.js';
import type { ServingStore } from './served-model.js';

const SWAPS = 50;
const CALLERS = 8;

let store: ServingStore;
let server: ModelServer;
beforeAll(async () => {
  store = await createServingStore();
});
afterAll(async () => {
  await server.close();
  await store.remove();
});

describe('hot swap', () => {
  it('makes 50 swaps under load without one failed request or one answer that its version did not give', async () => {
    const artifacts: ArtifactRef<'model'>[] = [];
    // The score of version n is n + the row's own part, so every answer tells who gave it.
    for (let version = 0; version <= SWAPS; version += 1) artifacts.push(await store.publish({ offset: version }));
    await store.route([champion(0, artifacts[0]!)]);
    server = await createModelServer({
      store: store.uri,
      endpoint: 'flights',
      port: 0,
      logLevel: 'silent',
      refreshMs: 20,
      predictionLog: false,
    });
    const { url } = await server.start();

    let stopped = false;
    const seen = new Set<string>();
    const wrong: string[] = [];
    let answered = 0;
    const caller = async (name: number): Promise<void> => {
      for (let n = 0; !stopped; n += 1) {
        const rows = Array.from({ length: (n % 5) + 1 }, (_, row) => ({ ...ROW, distance: row * 10 + name }));
        const { status, body } = await post(`${url}/v1/models/flights:predict`, {
          instances: rows,
          ids: rows.map((_, row) => `${name}-${n}-${row}`),
        });
        answered += 1;
        const version = String(body['model_version']);
        seen.add(version);
        const scores = ((body['predictions'] ?? []) as { score: number }[]).map((prediction) => prediction.score);
        const right =
          status === 200 &&
          rows.length === scores.length &&
          rows.every((row, i) => Math.abs(expectedScore(Number(version), row) - scores[i]!) < 1e-3);
        if (!right) wrong.push(`${status} ${JSON.stringify(body)}`);
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, name) => caller(name));
    for (let version = 1; version <= SWAPS; version += 1) {
      const [next, last] = [artifacts[version]!, artifacts[version - 1]!];
      if (version % 2 === 0) await store.route([champion(version, next)], champion(version - 1, last, 0));
      else await store.route([champion(version - 1, last, 50), challenger(version, next, 50)]);
      const refreshed = await post(`${url}/admin/refresh`, {});
      expect(refreshed.status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    stopped = true;
    await Promise.all(callers);
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(300);
    expect(seen.size).toBeGreaterThan(SWAPS / 2);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const loaded = metrics.split('\n').filter((line) => /^perennial_model_loaded\{.*\} 1$/.test(line));
    expect(loaded.map((line) => /version="(\d+)"/.exec(line)?.[1])).toEqual([String(SWAPS - 1), String(SWAPS)]);
  });

  it('splits traffic by weight and keeps every caller with its variant', async () => {
    const artifacts = [await store.publish({ offset: 100 }), await store.publish({ offset: 200 })] as const;
    await store.route([champion(100, artifacts[0], 80), challenger(200, artifacts[1], 20)]);
    await post(`${server.url}/admin/refresh`, {});
    const ask = async (id: number): Promise<string> => {
      const { body } = await post(`${server.url}/v1/models/flights:predict`, { instances: [ROW], ids: [`caller-${id}`] });
      return String(body['variant']);
    };
    const variants: string[] = [];
    for (let id = 0; id < 400; id += 1) variants.push(await ask(id));
    const share = variants.filter((variant) => variant === 'challenger').length / variants.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 400));
    for (const id of [0, 7, 42, 399]) expect(await ask(id)).toBe(variants[id]);
  });
});

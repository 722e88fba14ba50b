import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { JsonValue } from '../../../src/contracts/json.js';
import type { Plan } from '../../../src/contracts/plan.js';
import { col, definePipeline, eq, feature, label, type Pipeline, schema, source, split, trainer } from '../../../src/index.js';
import { recentManifests } from '../../../src/runs/manifest-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';

const rows = schema('rows', {
  at: col.timestamp({ eventTime: true }),
  zeta: col.float(),
  alpha: col.float(),
  kind: col.category(),
  hit: col.integer(),
});

const pipelineOver = (file: string): Pipeline =>
  definePipeline('in-order', { params: {} }, (p) => {
    const raw = p.ingest({ source: source.csv(file), schema: rows });
    const features = p.feature(raw, {
      label: label.binary(eq(rows.hit, 1)),
      split: split.byTime({ test: '1 hour' }),
      // Neither in the order of the schema nor of the alphabet.
      columns: {
        zeta: feature.numeric(rows.zeta),
        kind: feature.oneHot(rows.kind),
        alpha: feature.standardize(rows.alpha),
        beta: feature.targetEncode(rows.kind),
      },
    });
    p.train(features, { trainer: trainer.gbdt({ trees: 5, learningRate: 0.3, leaves: 4 }), threads: 1 });
  });

/** The same value with the members of every object the other way round, as a store or tool may give it back. */
function turnedRound(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(turnedRound);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turnedRound(member)]),
  );
}

describe('the order of members in a plan', () => {
  it('changes nothing of what a run makes, and the manifest of a run keeps it', async () => {
    const folder = await temporaryFolder();
    try {
      const file = path.join(folder.path, 'rows.csv');
      const lines = Array.from({ length: 300 }, (_, n) => {
        const at = new Date(Date.UTC(2001, 0, 1) + n * 60_000).toISOString();
        return `${at},${n % 7},${(n * 13) % 11},${n % 3 === 0 ? 'a' : 'b'},${Number((n % 7) + (n % 3) > 4)}`;
      });
      await fs.writeFile(file, ['at,zeta,alpha,kind,hit', ...lines].join('\n'));
      const pipeline = pipelineOver(file);
      const store = path.join(folder.path, 'store');
      const plain = await runInProcess(pipeline, {}, { store });
      const plan = turnedRound(pipeline.plan) as unknown as typeof pipeline.plan;
      const turned = await runInProcess({ ...pipeline, plan }, {}, { store, cache: false });
      expect(plain.status).toBe('succeeded');
      expect(turned.results).toEqual(plain.results);
      expect(plain.results['feature']).toMatchObject({ meta: { featureNames: ['zeta', 'kind=b', 'kind=a', 'alpha', 'beta'] } });
      const [newest, first] = await recentManifests(await openObjectStore(store), 'in-order', 2);
      const settings = (of: Plan | undefined): string => JSON.stringify(of?.steps.map(({ config }) => config));
      expect(settings(first?.plan)).toBe(settings(pipeline.plan));
      expect(settings(newest?.plan)).toBe(settings(plan));
    } finally {
      await folder.remove();
    }
  });
});

// `npm test`: the whole pipeline in this process, without a server, on the sample data.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runInProcess } from 'perennial-ml/testing';
import rain from './pipeline.js';

let store: string;
before(async () => {
  store = await mkdtemp(join(tmpdir(), 'rain-'));
});
after(() => rm(store, { recursive: true, force: true }));

test('trains a model that tells days with rain from others', async () => {
  // Nothing serves here: what comes after the evaluation is faked.
  const fakes = { deploy: () => null, monitor: () => null, retrain: () => null };
  const { status, results } = await runInProcess(rain, {}, { store, fakes });
  assert.equal(status, 'succeeded');
  const { decision, metrics } = results['evaluate'] as unknown as { decision: string; metrics: { roc_auc: number } };
  console.log('evaluation:', decision, metrics);
  assert.equal(decision, 'blessed');
  assert.ok(metrics.roc_auc > 0.7);
});

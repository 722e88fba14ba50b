// A test file to copy. Run it with: node --import tsx --test examples/testing/pipeline.test.ts
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connectClient } from 'perennial-ml/client';
import { expectPlan, failAttempt, runInProcess, startTestTemporal, startTestWorker } from 'perennial-ml/testing';
import release from './pipeline.js';

let store: string;
before(async () => {
  store = await mkdtemp(join(tmpdir(), 'release-'));
});
after(() => rm(store, { recursive: true, force: true }));

void test('publishes what was approved', async () => {
  const { status, results } = await runInProcess(release, { rows: 4 }, { store });
  assert.equal(status, 'succeeded');
  assert.deepEqual(results['publish'], { loss: 0.25, by: 'runInProcess' });
});

void test('publishes nothing when nobody answers for two days', async () => {
  const { status, attempts } = await runInProcess(release, {}, { store, startAt: '2030-01-01', onApproval: () => 'ignore' });
  assert.equal(status, 'failed');
  assert.ok(!attempts.some(({ step }) => step === 'publish'));
});

void test('fits again after a failure, and a fake shows what publish gets', async () => {
  const faults = [failAttempt('fit', 1)];
  const fakes = { data: () => ({ rows: 2 }) };
  const { attempts, results } = await runInProcess(release, {}, { store, startAt: '2030-01-01', faults, fakes });
  assert.deepEqual(
    attempts.filter(({ step }) => step === 'fit').map(({ event }) => event),
    ['started', 'failed', 'started', 'succeeded'],
  );
  assert.deepEqual(results['publish'], { loss: 0.5, by: 'runInProcess' });
});

void test('has the plan that was reviewed', async () => {
  expectPlan(release, await readFile(new URL('plan.txt', import.meta.url), 'utf8'));
});

void test('runs on a real Temporal too', async () => {
  const temporal = await startTestTemporal();
  const worker = await startTestWorker([release], { address: temporal.address, faults: [failAttempt('fit', 1)] });
  const client = await connectClient({ address: temporal.address });
  try {
    const { workflowId } = await client.start(release, { rows: 2 });
    for (;;) {
      const { status } = await client.status(workflowId);
      if (status === 'waiting') break;
      assert.equal(status, 'running');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await client.approve(workflowId, { step: 'approve', by: 'ada' });
    assert.deepEqual((await client.result(workflowId)).results['publish'], { loss: 0.5, by: 'ada' });
  } finally {
    await client.close();
    await worker.stop();
    await temporal.stop();
  }
});

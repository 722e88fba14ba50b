// `npm test`: the whole pipeline in this process, without a server.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { failAttempt, runInProcess } from 'perennial-ml/testing';
import hello from './pipeline.js';

let store: string;
before(async () => {
  store = await mkdtemp(join(tmpdir(), 'hello-'));
});
after(() => rm(store, { recursive: true, force: true }));

test('greets, also when the first attempt fails', async () => {
  const faults = [failAttempt('greet', 1)];
  const { status, results } = await runInProcess(hello, { name: 'Ada' }, { store, faults, startAt: '2030-01-01' });
  assert.equal(status, 'succeeded');
  assert.deepEqual(results['count'], { letters: 10 });
});

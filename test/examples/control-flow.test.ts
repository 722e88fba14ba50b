import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import approval from '../../examples/approval/pipeline.js';
import branching from '../../examples/branching/pipeline.js';
import { runInProcess } from '../../src/testing/index.js';

let store: string;
beforeAll(async () => {
  store = await mkdtemp(path.join(os.tmpdir(), 'perennial-examples-'));
});
afterAll(() => rm(store, { recursive: true, force: true }));

describe('the examples of control flow', () => {
  it('branching publishes what became good enough and files what did not', async () => {
    const good = await runInProcess(branching, {}, { store });
    expect(good.results).toMatchObject({ report: 'published 0.0625 after 4', 'sign-off': 'succeeded: published 0.0625 after 4' });
    const bad = await runInProcess(branching, { rate: 0.9 }, { store });
    expect(bad.results['report']).toMatch(/^filed: the error is still 0\.53/);
  });

  it('approval ships what two people released, and stops at a no', async () => {
    const shipped = await runInProcess(approval, {}, { store });
    expect(shipped.results['ship']).toEqual({ version: 7, releasedBy: 'bob' });
    const stopped = await runInProcess(approval, {}, { store, onApproval: () => 'reject' });
    expect(stopped.status).toBe('failed');
    expect(stopped.steps.find(({ id }) => id === 'release')?.failure?.code).toBe('EXECUTION_GATE_REJECTED');
  });
});

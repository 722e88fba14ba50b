import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import customStep from '../../examples/custom-step/pipeline.js';
import pythonStep from '../../examples/python-step/pipeline.js';
import { runInProcess } from '../../src/testing/index.js';

describe('the examples of steps', () => {
  let store: string;
  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'perennial-examples-'));
  });
  afterAll(() => rm(store, { recursive: true, force: true }));

  it('python-step fits a line', async () => {
    const { status, results } = await runInProcess(pythonStep, {}, { store });
    expect(status).toBe('succeeded');
    expect(results['check']).toEqual({ straight: true, error: 0 });
  });

  it('custom-step estimates pi', async () => {
    const { status, results, steps } = await runInProcess(customStep, {}, { store });
    expect(status).toBe('succeeded');
    expect(results['judge']).toEqual({ near: true });
    expect(steps[0]?.metrics['pi']).toBeCloseTo(Math.PI, 1);
  });
});

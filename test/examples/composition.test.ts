import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { runInProcess } from '../../src/testing/index.js';
import welcome from '../../examples/calling/pipeline.js';
import estimatePi from '../../examples/fan-out/pipeline.js';

const store = await mkdtemp(join(tmpdir(), 'perennial-examples-'));
afterAll(() => rm(store, { recursive: true, force: true }));

it('examples/fan-out estimates pi from its samples', async () => {
  const { result } = await runInProcess(estimatePi, { samples: 8 }, { store });
  const { pi, samples } = result as { pi: number; samples: number };
  expect(samples).toBe(8);
  expect(Math.abs(pi - Math.PI)).toBeLessThan(0.05);
});

it('examples/calling greets twice, the second time with the result of a step', async () => {
  const { result } = await runInProcess(welcome, { name: 'Grace' }, { store });
  expect(result).toEqual({ text: 'Hello Grace! Hello Grace!' });
});

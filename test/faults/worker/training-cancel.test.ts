import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { decodeCheckpoint } from '../../../src/training/gbdt/checkpoint.js';
import { fit, synthetic } from '../../unit/training/synthetic.js';

const rows = synthetic('binary', 20_000, 9);
const settings = { threads: 3, parameters: { trees: 30 }, checkpointEvery: 1_000 };

/** Threads of this process, or null where the system does not tell. */
function threadCount(): number | null {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return null;
  }
}

describe('a training that is cancelled', () => {
  it('stores its last whole tree, leaves no thread, and is finished later as if nothing had happened', async () => {
    const before = threadCount();
    if (before === null) process.stdout.write('SKIPPED the count of threads: this system has no /proc/self/task\n');
    const controller = new AbortController();
    const checkpoints: Uint8Array[] = [];
    const reason = new Error('the worker shuts down');
    const cancelled = fit(rows, settings, {
      signal: controller.signal,
      checkpoint: async (bytes) => void checkpoints.push(bytes),
      evaluated: (trees) => {
        if (trees === 5) controller.abort(reason);
      },
    });
    await expect(cancelled).rejects.toBe(reason);
    for (let wait = 0; wait < 50 && before !== null && (threadCount() ?? 0) > before; wait += 1) await sleep(20);
    if (before !== null) expect(threadCount()).toBeLessThanOrEqual(before);

    expect(checkpoints).toHaveLength(1);
    const start = decodeCheckpoint('test', checkpoints[0]!);
    expect(start!.trees.length).toBeGreaterThanOrEqual(5);
    expect(await fit(rows, { ...settings, threads: 1 }, { start })).toEqual(await fit(rows, settings));
  });

  it('rejects with the reason when it is cancelled before or while the data are cut into bins', async () => {
    const reason = new Error('never mind');
    await expect(fit(rows, settings, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const delay of [0, 30, 60]) {
      const controller = new AbortController();
      const cancelled = fit(rows, settings, { signal: controller.signal });
      setTimeout(() => {
        controller.abort(reason);
      }, delay);
      await expect(cancelled).rejects.toBe(reason);
    }
  });

  it('ends at once when a checkpoint cannot be stored', async () => {
    const failing = fit(
      rows,
      { ...settings, parameters: { trees: 5_000 }, checkpointEvery: 5 },
      { checkpoint: () => Promise.reject(new RangeError('the disk is full')) },
    );
    await expect(failing).rejects.toThrow('the disk is full');
  });
});

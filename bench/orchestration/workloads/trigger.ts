import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { onStand } from '../stand.js';

const STARTS = 30;
const PAUSE_MS = 200;

/** W1: from the client's call to the first line of the first step, on an idle system. */
export async function measureTrigger(): Promise<readonly BenchResult[]> {
  const delays = await onStand(
    'chain.ts',
    async (stand) => {
      const found: number[] = [];
      for (let start = 0; start <= STARTS; start += 1) {
        await stand.clearBodies();
        const startedAt = timeOfDayMs();
        const { workflowId } = await stand.client.start('bench-chain', {});
        await stand.client.result(workflowId);
        const first = stand.bodies()[0];
        if (first === undefined) throw new Error('the step left no line');
        // The first run of a worker loads and compiles; the rest are measured.
        if (start > 0) found.push(first.atMs - startedAt);
        await sleep(PAUSE_MS);
      }
      return found;
    },
    { BENCH_STEPS: '1' },
  );
  return [{ id: 'W1', metric: 'triggerToFirstStepMs', ours: measured(delays) }];
}

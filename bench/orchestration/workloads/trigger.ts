import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../../report.js';
import { besideStock, besideTemporal } from '../bare/stock-worker.js';
import { timeOfDayMs } from '../bodies.js';
import { inTurns } from '../repeated.js';
import type { Stand } from '../stand.js';

const STARTS_PER_REPEAT = 6;
const PAUSE_MS = 200;
/** The first run of a worker loads and compiles. */
const WARM_UPS = 1;

/** W1: from the client's call to the first line of the first step, on an idle system. */
export async function measureTrigger(repeats: number): Promise<readonly BenchResult[]> {
  const delays = await besideStock(
    'chain.ts',
    (stand, stock) =>
      inTurns(
        repeats * STARTS_PER_REPEAT,
        {
          ours: async () => {
            await stand.clearBodies();
            const startedAt = timeOfDayMs();
            const { workflowId } = await stand.client.start('bench-chain', {});
            await stand.client.result(workflowId);
            return delayOf(stand, startedAt);
          },
          theirs: async () => delayOf(stand, (await stock.run('bareChain', 1)).startedAt),
        },
        WARM_UPS,
      ),
    { BENCH_STEPS: '1' },
  );
  return [besideTemporal('W1', 'triggerToFirstStepMs', delays)];
}

async function delayOf(stand: Stand, startedAt: number): Promise<number> {
  const first = stand.bodies()[0];
  if (first === undefined) throw new Error('the step left no line');
  await sleep(PAUSE_MS);
  return first.atMs - startedAt;
}

import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { Stand } from '../stand.js';

const STEPS = 10;
const MS_PER_SECOND = 1_000;

/** W6: a training pipeline of ten steps, unchanged, again; then with the code of one middle step changed. */
export async function measureCache(repeats: number): Promise<readonly BenchResult[]> {
  const stand = await Stand.open();
  try {
    await stand.work('training.ts');
    await finish(stand);
    const seconds: number[] = [];
    for (let run = 0; run < repeats; run += 1) {
      const again = await finish(stand);
      if (again.cached.length !== STEPS) throw new Error(`only ${again.cached.join(', ')} were taken from the cache`);
      seconds.push(again.seconds);
    }
    await stand.stopWorker();
    await stand.work('training.ts', { BENCH_CHANGED: '1' });
    const changed = await finish(stand);
    return [
      { id: 'W6', metric: 'cachedRerunSeconds', ours: measured(seconds) },
      // size is new; density and summary need what came of it.
      { id: 'W6', metric: 'stepsRerunAfterChange', ours: measured([STEPS - changed.cached.length]) },
    ];
  } finally {
    await stand.close();
  }
}

async function finish(stand: Stand): Promise<{ readonly seconds: number; readonly cached: readonly string[] }> {
  const startedAt = timeOfDayMs();
  const { workflowId } = await stand.client.start('bench-training', {});
  const { steps } = await stand.client.result(workflowId);
  const seconds = (timeOfDayMs() - startedAt) / MS_PER_SECOND;
  return { seconds, cached: steps.filter((step) => step.cached).map((step) => step.id) };
}

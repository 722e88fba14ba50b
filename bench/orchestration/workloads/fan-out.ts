import { type BenchResult, measured } from '../../report.js';
import { watched } from '../../processes.js';
import { timeOfDayMs } from '../bodies.js';
import { besideStock, besideTemporal } from '../bare/stock-worker.js';
import { inTurns, repeated } from '../repeated.js';
import { onStand, type Stand } from '../stand.js';

const NARROW = 1_000;
const WIDE = 10_000;
const MS_PER_SECOND = 1_000;

/** W3: so many no-op steps and one that joins them, from the client's call to the result; memory of the worker meanwhile. */
export async function measureFanOut(repeats: number): Promise<readonly BenchResult[]> {
  const wide: number[] = [];
  const rss: number[] = [];
  await onStand('fan-out.ts', async (stand) => {
    await stepsPerSecond(stand, NARROW);
    for (let run = 0; run < repeats; run += 1) {
      const { value, peakRssMiB } = await watched([stand.workerPid], () => stepsPerSecond(stand, WIDE));
      wide.push(value);
      rss.push(peakRssMiB);
    }
  });
  const light = await onStand('fan-out.ts', (stand) => repeated(repeats, () => stepsPerSecond(stand, NARROW)), {
    BENCH_LIGHT: '1',
  });
  const ordinary = await besideStock('fan-out.ts', (stand, stock) =>
    inTurns(repeats, {
      ours: () => stepsPerSecond(stand, NARROW),
      theirs: async () => NARROW / ((await stock.run('bareFanOut', NARROW)).tookMs / MS_PER_SECOND),
    }),
  );
  return [
    besideTemporal('W3', 'stepsPerSecond1000', ordinary),
    { id: 'W3', metric: 'lightStepsPerSecond1000', ours: measured(light) },
    { id: 'W3', metric: 'stepsPerSecond10000', ours: measured(wide) },
    { id: 'W3', metric: 'workerRssMiB', ours: measured(rss) },
  ];
}

async function stepsPerSecond(stand: Stand, items: number): Promise<number> {
  await stand.clearBodies();
  const startedAt = timeOfDayMs();
  const { workflowId } = await stand.client.start('bench-fan-out', { items });
  const { results } = await stand.client.result(workflowId);
  const seconds = (timeOfDayMs() - startedAt) / MS_PER_SECOND;
  if (results['join'] !== items || stand.bodies().length !== items + 1) throw new Error(`the fan-out of ${items} is not whole`);
  return items / seconds;
}

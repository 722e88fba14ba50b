import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { CRASH_PART_MS, CRASH_PARTS, CRASH_STEPS, KILLED_STEP, OUTAGE_MS } from '../crash-shape.js';
import { onStand, type Stand } from '../stand.js';

const IDEAL_MS = CRASH_STEPS * CRASH_PARTS * CRASH_PART_MS + OUTAGE_MS;
const MS_PER_SECOND = 1_000;

/** W5: kill -9 of the worker in step 5 of 10, a new one 5 s later; nobody does anything else. */
export async function measureCrash(repeats: number): Promise<readonly BenchResult[]> {
  const beyond: number[] = [];
  const repeated: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const { seconds, steps } = await onStand('crash.ts', oneCrash);
    beyond.push(seconds);
    repeated.push(steps);
  }
  return [
    { id: 'W5', metric: 'secondsBeyondIdeal', ours: measured(beyond) },
    { id: 'W5', metric: 'stepsRepeated', ours: measured(repeated) },
    { id: 'W5', metric: 'manualActions', ours: measured(beyond.map(() => 0)) },
  ];
}

async function oneCrash(stand: Stand): Promise<{ readonly seconds: number; readonly steps: number }> {
  const startedAt = timeOfDayMs();
  const { workflowId } = await stand.client.start('bench-crash', {});
  while (stand.bodies().length < KILLED_STEP) await sleep(CRASH_PART_MS / 2);
  await sleep((CRASH_PARTS * CRASH_PART_MS) / 2);
  await stand.killWorker();
  await sleep(OUTAGE_MS);
  await stand.work('crash.ts');
  await stand.client.result(workflowId);
  const starts = stand.bodies().map(({ label }) => label);
  const again = starts.filter((label) => label.startsWith(`s${KILLED_STEP}:`));
  if (again.length < 2 || again.at(-1) === `s${KILLED_STEP}:0`)
    throw new Error(`no start from a checkpoint: ${starts.join(' ')}`);
  return { seconds: (timeOfDayMs() - startedAt - IDEAL_MS) / MS_PER_SECOND, steps: starts.length - CRASH_STEPS };
}

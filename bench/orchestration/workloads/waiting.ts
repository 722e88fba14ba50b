import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchResult, measured } from '../../report.js';
import { sampleTree } from '../../processes.js';
import { timeOfDayMs } from '../bodies.js';
import { onStand, type Stand } from '../stand.js';

const RUNS = 1_000;
const AT_ONCE = 20;
const SETTLE_MS = 5_000;
const WATCH_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** W7: a thousand runs that wait at an approval: memory that they add to the worker, CPU that they use, and how soon all of them go on. */
export async function measureWaiting(): Promise<readonly BenchResult[]> {
  return onStand('waiting.ts', async (stand) => {
    await startAndApprove(stand, 'warm-up');
    await sleep(SETTLE_MS);
    const idleCpu = await cpuPercent(stand);
    const before = sampleTree([stand.workerPid]);
    const ids = Array.from({ length: RUNS }, (_, index) => `waiting-${index}`);
    await each(ids, (workflowId) => stand.client.start('bench-waiting', {}, { workflowId }));
    await untilListed(stand, 'MlStatus = "waiting"', RUNS);
    await sleep(SETTLE_MS);
    const waiting = sampleTree([stand.workerPid]);
    const waitingCpu = await cpuPercent(stand);
    const startedAt = timeOfDayMs();
    await each(ids, (workflowId) => stand.client.approve(workflowId, { step: 'release', by: 'bench' }));
    await each(ids, (workflowId) => stand.client.result(workflowId));
    const seconds = (timeOfDayMs() - startedAt) / MS_PER_SECOND;
    return [
      { id: 'W7', metric: 'waitingRssMiB', ours: measured([waiting.rssMiB - before.rssMiB]) },
      { id: 'W7', metric: 'waitingCpuPercent', ours: measured([waitingCpu]) },
      { id: 'W7', metric: 'idleCpuPercent', ours: measured([idleCpu]) },
      { id: 'W7', metric: 'resumeAllSeconds', ours: measured([seconds]) },
    ];
  });
}

/** CPU of the worker in per cent of one core. */
async function cpuPercent(stand: Stand): Promise<number> {
  const before = sampleTree([stand.workerPid]);
  await sleep(WATCH_MS);
  return (100 * (sampleTree([stand.workerPid]).cpuSeconds - before.cpuSeconds) * MS_PER_SECOND) / WATCH_MS;
}

async function startAndApprove(stand: Stand, workflowId: string): Promise<void> {
  await stand.client.start('bench-waiting', {}, { workflowId });
  await untilListed(stand, 'MlStatus = "waiting"', 1);
  await stand.client.approve(workflowId, { step: 'release', by: 'bench' });
  await stand.client.result(workflowId);
}

async function untilListed(stand: Stand, query: string, count: number): Promise<void> {
  while ((await stand.client.list(`${query} AND ExecutionStatus = "Running"`, count)).length < count) await sleep(200);
}

/** A few at a time, as one program would. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

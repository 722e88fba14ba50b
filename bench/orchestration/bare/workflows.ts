import { proxyActivities } from '@temporalio/workflow';

const { bareStep } = proxyActivities<{ bareStep(value: number): Promise<number> }>({ startToCloseTimeout: '1 minute' });
const IN_FLIGHT = 100;

/** Each activity needs the result of the one before. */
export async function bareChain(steps: number): Promise<number> {
  let last = -1;
  for (let step = 0; step < steps; step += 1) last = await bareStep(last);
  return last;
}

/** As many activities as asked for, a hundred at once. */
export async function bareFanOut(items: number): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items) {
      next += 1;
      await bareStep(next);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items) }, lane));
  return items;
}

import { Client, Connection } from '@temporalio/client';
import { type Measured, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { repeated } from '../repeated.js';
import { Stand } from '../stand.js';

const STARTS = 30;
const CHAIN = 100;
const FAN_OUT = 1_000;
const MS_PER_SECOND = 1_000;

/** What Temporal itself takes for those of W1, W2 and W3 on this machine, with nothing of ours but the dev server: by the metric that it answers. */
export async function measureBareTemporal(ids: readonly string[], repeats: number): Promise<ReadonlyMap<string, Measured>> {
  const stand = await Stand.open();
  const connection = await Connection.connect({ address: stand.address });
  try {
    await stand.workBare();
    const { workflow } = new Client({ connection });
    const run = async (type: string, size: number): Promise<number> => {
      await stand.clearBodies();
      const startedAt = timeOfDayMs();
      const workflowId = `${type}-${startedAt}`;
      await workflow.execute(type, { taskQueue: 'bare', workflowId, args: [size] });
      return timeOfDayMs() - startedAt;
    };
    const found = new Map<string, Measured>();
    if (ids.includes('W1')) {
      const firstStep: number[] = [];
      for (let start = 0; start <= STARTS; start += 1) {
        const before = timeOfDayMs();
        await run('bareChain', 1);
        if (start > 0) firstStep.push((stand.bodies()[0]?.atMs ?? Number.NaN) - before);
      }
      found.set('triggerToFirstStepMs', measured(firstStep));
    }
    if (ids.includes('W2')) {
      const chain = await repeated(repeats, async () => (await run('bareChain', CHAIN)) / CHAIN);
      found.set('msPerStep', measured(chain));
    }
    if (ids.includes('W3')) {
      const fanOut = await repeated(repeats, async () => FAN_OUT / ((await run('bareFanOut', FAN_OUT)) / MS_PER_SECOND));
      found.set('stepsPerSecond1000', measured(fanOut));
    }
    return found;
  } finally {
    await connection.close();
    await stand.close();
  }
}

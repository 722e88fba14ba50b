import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { repeated } from '../repeated.js';
import { onStand } from '../stand.js';

const STEPS = 100;

/** W2: a chain of dependent no-op steps with kept results, from the client's call to the result, per step; ordinary and light ones. */
export async function measureChain(repeats: number): Promise<readonly BenchResult[]> {
  const ordinary = await msPerStep(repeats, {});
  const light = await msPerStep(repeats, { BENCH_LIGHT: '1' });
  return [
    { id: 'W2', metric: 'msPerStep', ours: measured(ordinary) },
    { id: 'W2', metric: 'msPerLightStep', ours: measured(light) },
  ];
}

function msPerStep(repeats: number, environment: NodeJS.ProcessEnv): Promise<number[]> {
  return onStand(
    'chain.ts',
    (stand) =>
      repeated(repeats, async () => {
        await stand.clearBodies();
        const startedAt = timeOfDayMs();
        const { workflowId } = await stand.client.start('bench-chain', {});
        const { results } = await stand.client.result(workflowId);
        const took = timeOfDayMs() - startedAt;
        if (results[`s${STEPS - 1}`] !== STEPS - 1 || stand.bodies().length !== STEPS) throw new Error('the chain is not whole');
        return took / STEPS;
      }),
    { BENCH_STEPS: String(STEPS), ...environment },
  );
}

import { type BenchResult, measured } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import { besideStock, besideTemporal } from '../bare/stock-worker.js';
import { inTurns, repeated } from '../repeated.js';
import { onStand, type Stand } from '../stand.js';

const STEPS = 100;
const ENVIRONMENT = { BENCH_STEPS: String(STEPS) };

/** W2: a chain of dependent no-op steps with kept results, from the client's call to the result, per step; ordinary and light ones. */
export async function measureChain(repeats: number): Promise<readonly BenchResult[]> {
  const ordinary = await besideStock(
    'chain.ts',
    (stand, stock) =>
      inTurns(repeats, {
        ours: () => msPerStep(stand),
        theirs: async () => (await stock.run('bareChain', STEPS)).tookMs / STEPS,
      }),
    ENVIRONMENT,
  );
  const light = await onStand('chain.ts', (stand) => repeated(repeats, () => msPerStep(stand)), {
    ...ENVIRONMENT,
    BENCH_LIGHT: '1',
  });
  return [besideTemporal('W2', 'msPerStep', ordinary), { id: 'W2', metric: 'msPerLightStep', ours: measured(light) }];
}

async function msPerStep(stand: Stand): Promise<number> {
  await stand.clearBodies();
  const startedAt = timeOfDayMs();
  const { workflowId } = await stand.client.start('bench-chain', {});
  const { results } = await stand.client.result(workflowId);
  const took = timeOfDayMs() - startedAt;
  if (results[`s${STEPS - 1}`] !== STEPS - 1 || stand.bodies().length !== STEPS) throw new Error('the chain is not whole');
  return took / STEPS;
}

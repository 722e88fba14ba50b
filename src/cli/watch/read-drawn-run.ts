import type { Plan } from '../../contracts/plan.js';
import type { StepState } from '../../contracts/run.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import { answered } from '../answered.js';
import { withClient } from '../options/with-client.js';
import type { StoreSetting } from '../../store/store-setting.js';

export type DrawnRun = { readonly plan: Plan; readonly states: readonly StepState[] };

const NOT_ANSWERED: readonly string[] = ['CLI_QUEUE_WITHOUT_WORKER', 'TEMPORAL_UNREACHABLE', 'EXECUTION_RUN_NOT_FOUND'];

/**
 * Plan and state of a run: as a worker tells them, or, when none answers, as the manifest of the finished run has them.
 * @throws PipelineError `CLI_QUEUE_WITHOUT_WORKER`, `TEMPORAL_UNREACHABLE` or `EXECUTION_RUN_NOT_FOUND` when the store has no manifest.
 */
export async function readDrawnRun(run: string, settings: ConnectionSettings, store: StoreSetting): Promise<DrawnRun> {
  try {
    return await withClient(settings, async (client) => {
      const plan = await answered(settings, run, client.plan(run));
      if (plan === null)
        throw new PipelineError('CLI_USAGE', { what: `${run} has no plan yet`, cure: `Wait for it: perennial watch ${run}` });
      return { plan, states: (await client.status(run)).steps };
    });
  } catch (error) {
    if (!isPipelineError(error) || !NOT_ANSWERED.includes(error.code)) throw error;
    const { openObjectStore } = await import('../../store/open-store.js');
    const { findManifest } = await import('../../runs/manifest-store.js');
    const manifest = await findManifest(await openObjectStore(store), run);
    if (manifest === null) throw error;
    return { plan: manifest.plan, states: manifest.steps };
  }
}

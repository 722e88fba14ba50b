import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import type { RunManifest } from '../../src/contracts/run/run-manifest.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { localActivities } from '../temporal/local-activities.js';
import type { RunView } from './run-messages.js';
import { runOptions } from './run-options.js';
import { failureOf } from '../temporal/temporal-failure.js';

const { recordRun } = localActivities<SystemActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 5 },
});

/** Keeps what the run did in the object store. A run does not fail because that cannot be written. */
export async function recordEnd({ plan, driver, remarks }: RunView, status: RunManifest['status']): Promise<void> {
  if (plan === null || driver === null || plan.formatVersion < 2) return;
  const { workflowId, runId, startTime } = workflowInfo();
  const { parameters, steps } = driver.status();
  try {
    await CancellationScope.nonCancellable(() =>
      recordRun({
        run: { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId },
        status,
        plan,
        parameters,
        options: runOptions(),
        steps,
        results: driver.results(),
        ...(remarks === undefined ? {} : { remarks }),
        startedAt: startTime.toISOString(),
        finishedAt: new Date().toISOString(),
      }),
    );
  } catch (error) {
    log.warn('the manifest of the run could not be written', { error: failureOf(error).message });
  }
}

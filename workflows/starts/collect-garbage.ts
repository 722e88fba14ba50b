import { proxyActivities } from '@temporalio/workflow';
import type { GarbageActivities, GarbageOptions, GarbageSummary } from '../../src/contracts/store/garbage.js';
import { applicationFailure, failureOf } from '../temporal/temporal-failure.js';

/** A collection that is cut off leaves nothing that the next attempt does not find again. */
const activities = proxyActivities<GarbageActivities>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '2 minutes',
  retry: { maximumAttempts: 3, initialInterval: '1 minute' },
});

/** Removes from the store of the workers what nothing can reach any more. A schedule starts it. Fails with the code of the last attempt. */
export async function collectGarbage(options: GarbageOptions = {}): Promise<GarbageSummary> {
  try {
    return await activities.collectGarbage(options);
  } catch (error) {
    throw applicationFailure(failureOf(error), error);
  }
}

import { proxyActivities } from '@temporalio/workflow';
import type { NoticeActivities, NoticeDelivery, NoticeReceipt } from '../../src/contracts/plan/hooks.js';
import { applicationFailure, failureOf } from '../temporal/temporal-failure.js';

/** Tried for about half an hour: 1, 2, 4, ... 600 seconds apart. */
const { sendNotice } = proxyActivities<NoticeActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 12, initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/** Delivers one notice of a run to one receiver; outlives the run. Fails with the code of the last attempt, so that lists show it. */
export async function deliverNotice(delivery: NoticeDelivery): Promise<NoticeReceipt> {
  try {
    return await sendNotice(delivery);
  } catch (error) {
    throw applicationFailure(failureOf(error), error);
  }
}

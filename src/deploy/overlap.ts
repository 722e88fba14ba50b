import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { OverlapPolicy } from '../contracts/plan/schedule.js';

const POLICIES = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'buffer-all': ScheduleOverlapPolicy.BUFFER_ALL,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'terminate-other': ScheduleOverlapPolicy.TERMINATE_OTHER,
} as const satisfies Record<OverlapPolicy, ScheduleOverlapPolicy>;

export const temporalOverlap = (overlap: OverlapPolicy): ScheduleOverlapPolicy => POLICIES[overlap];

/** Our name of Temporal's policy, or Temporal's when we have none. A schedule without a policy skips. */
export function overlapOf(policy: ScheduleOverlapPolicy): string {
  const found = Object.entries(POLICIES).find(([, value]) => value === policy);
  return found?.[0] ?? (policy as string | undefined)?.toLowerCase() ?? 'skip';
}

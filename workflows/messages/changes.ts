import type { ChangeSignal } from '../../src/contracts/plan/triggers.js';
import { fieldsOf, isCount, isTextUpTo, LONGEST_ID } from './rules.js';

/** More changes than any log will ever have. */
const MOST_CHANGES = 1e9;

/** Whether the payload of the signal `changed` names an entry of a log. */
export function isChange(signal: unknown): signal is ChangeSignal {
  const { n } = fieldsOf(signal);
  return isCount(n, MOST_CHANGES) && n > 0;
}

/** Whether the payload of the signal `runFinished` names a run. */
export function namesRun(finished: unknown): finished is { readonly workflowId: string } {
  return isTextUpTo(fieldsOf(finished)['workflowId'], LONGEST_ID);
}

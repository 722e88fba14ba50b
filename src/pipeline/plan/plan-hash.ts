import type { Plan } from '../../contracts/plan.js';
import { contentHash } from '../../schema/content-hash.js';

/** SHA-256, hex, of the canonical JSON of everything in a plan but its hash. The order of keys does not count; that of steps does. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  return contentHash(Object.fromEntries(Object.entries(plan).filter(([field]) => field !== 'hash')));
}

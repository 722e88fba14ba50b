import type { Plan } from '../contracts/plan.js';
import { contentHash } from '../schema/content-hash.js';

/** SHA-256, hex, of the canonical JSON of everything in a plan but its hash. The order of keys does not count; that of steps does. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { formatVersion, pipeline, parameters, steps } = plan;
  return contentHash({ formatVersion, pipeline, parameters, steps });
}

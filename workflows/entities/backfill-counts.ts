import type { BackfillLetter, BackfillStatus } from '../../src/contracts/entities/backfill.js';

const OUTCOMES = {
  '.': 'pending',
  r: 'running',
  s: 'succeeded',
  k: 'kept',
  f: 'failed',
  c: 'cancelled',
} as const satisfies Record<BackfillLetter, keyof BackfillStatus['counts']>;

/** How many partitions have which outcome. */
export function countsOf(letters: readonly BackfillLetter[]): BackfillStatus['counts'] {
  const counts = { pending: 0, running: 0, succeeded: 0, kept: 0, failed: 0, cancelled: 0 };
  for (const letter of letters) counts[OUTCOMES[letter]] += 1;
  return counts;
}

import type { PendingTrigger, TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import { jsonBytes } from '../../messages/weight.js';

const MOST_PENDING = 500;
/** With the decisions well below what one Temporal payload may hold. */
const PENDING_BYTES = 384 * 1_024;

/** Over a bound, the oldest signal goes that a newer one of the same cause stands for; without any, the oldest. Until all is within bounds. */
export function boundedTriggers(pending: readonly PendingTrigger[]): readonly PendingTrigger[] {
  let kept = pending;
  let bytes = kept.reduce((sum, entry) => sum + 1 + jsonBytes(entry), 0);
  while (kept.length > MOST_PENDING || bytes > PENDING_BYTES) {
    const at = Math.max(oldestSuperseded(kept), 0);
    bytes -= 1 + jsonBytes(kept[at]);
    kept = kept.toSpliced(at, 1);
  }
  return kept;
}

/** Index of the oldest signal with a newer one of the same cause; -1: none. */
function oldestSuperseded(pending: readonly PendingTrigger[]): number {
  const newer = new Set<string>();
  let oldest = -1;
  for (let at = pending.length - 1; at >= 0; at -= 1) {
    const cause = causeOf(pending[at]);
    if (newer.has(cause)) oldest = at;
    newer.add(cause);
  }
  return oldest;
}

const causes = new WeakMap<TrainingSignal, string>();

function causeOf(pending: PendingTrigger | undefined): string {
  if (pending === undefined) return '';
  const { signal } = pending;
  const cause = causes.get(signal) ?? JSON.stringify([signal.kind, signal.column, signal.metric]);
  causes.set(signal, cause);
  return cause;
}

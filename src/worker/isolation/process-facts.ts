import type { Pipeline } from '../../pipeline/pipeline.js';
import { sha256Hex } from '../../store/hash.js';

/** Holds the settings of a process for steps, as JSON. */
export const SETTINGS_VARIABLE = 'PERENNIAL_STEP_PROCESS';

/** Equal where plan and functions are the same: a file that was edited meanwhile must not run under an older plan. */
export function fingerprintOf(pipeline: Pipeline): string {
  const sources = [...(pipeline.bodies ?? pipeline.functions)].map(([id, source]) => `${id}\n${String(source)}`);
  return sha256Hex([pipeline.plan.hash, ...sources].join('\n\n'));
}

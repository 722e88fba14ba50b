import type { ValidateConfig, ValidateInputs } from '../contracts/stages/validate.js';
import { CHECKS } from './checks.js';

/** True when the outcome is another one later: without a window of the dataset some checks measure from now. */
export function dependsOnTime({ checks }: ValidateConfig, { dataset }: ValidateInputs): boolean {
  return dataset.meta.to === null && checks.some(({ check }) => CHECKS.find(check)?.changesWithTime === true);
}

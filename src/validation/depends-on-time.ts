import type { ValidateConfig, ValidateInputs } from '../contracts/stages/validate.js';

/** True when the outcome is another one later: freshness of a dataset without a window is measured from now. */
export function dependsOnTime({ checks }: ValidateConfig, { dataset }: ValidateInputs): boolean {
  return dataset.meta.to === null && checks.some(({ check }) => check === 'freshness');
}

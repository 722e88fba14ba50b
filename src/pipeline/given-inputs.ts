import { type JsonObject, isPlainObject } from '../contracts/json.js';
import type { StepTask } from '../contracts/run.js';

/** All inputs of a step: the results that it uses, and the parameters among its inputs, which its configuration carries. */
export function inputsOf({ inputs, config }: Pick<StepTask, 'inputs' | 'config'>): JsonObject {
  const { given } = config;
  return isPlainObject(given) ? { ...inputs, ...given } : inputs;
}

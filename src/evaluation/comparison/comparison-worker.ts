import type { Comparison, ComparisonInput } from './comparison.js';
import { compareModels } from './comparison.js';

/** Entry of the worker thread. */
export function compare(input: ComparisonInput): Comparison {
  return compareModels(input);
}

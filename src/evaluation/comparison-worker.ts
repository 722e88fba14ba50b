import type { Comparison, ComparisonInput } from './comparison.js';
import { compareModels } from './comparison.js';

/** Entry of the worker thread. */
export default function run(input: ComparisonInput): Comparison {
  return compareModels(input);
}

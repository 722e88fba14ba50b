import { loadMetrics } from '../../metrics/metric-files.js';
import type { Comparison, ComparisonInput } from './comparison.js';
import { compareModels } from './comparison.js';

/** Entry of the worker thread. @param given.files - that define metrics. */
export async function compare({
  input,
  files,
}: {
  readonly input: ComparisonInput;
  readonly files: readonly string[];
}): Promise<Comparison> {
  await loadMetrics(files);
  return compareModels(input);
}

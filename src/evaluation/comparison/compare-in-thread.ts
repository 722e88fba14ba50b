import { inThread } from '../../metrics/in-thread.js';
import { metricFiles } from '../../metrics/metric-files.js';
import { comparedMetrics, type Comparison, type ComparisonInput } from './comparison.js';

const WORKER = new URL('./comparison-worker.js', import.meta.url);

/** `compareModels` in a worker thread. Rejects when `signal` aborts, and ends the thread. */
export function compareInThread(input: ComparisonInput, signal: AbortSignal): Promise<Comparison> {
  return inThread(WORKER, 'compare', { input, files: metricFiles(comparedMetrics(input)) }, signal);
}

import type { MetricValues } from '../contracts/stages/evaluate.js';
import { inThread } from './in-thread.js';
import type { MeasureInput } from './measure-worker.js';
import { metricFiles } from './metric-files.js';

const WORKER = new URL('./measure-worker.js', import.meta.url);

/** Metrics by name, null where undefined, of scores against labels, in a worker thread. EVALUATION_METRIC_UNKNOWN. */
export function measureInThread(input: Omit<MeasureInput, 'files'>, signal: AbortSignal): Promise<MetricValues> {
  return inThread<MeasureInput, MetricValues>(WORKER, 'measure', { ...input, files: metricFiles(input.metrics) }, signal);
}

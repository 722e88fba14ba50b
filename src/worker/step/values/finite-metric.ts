import { PipelineError } from '../../../errors/pipeline-error.js';

/** @throws PipelineError `EXECUTION_METRIC_NOT_FINITE`. */
export function finiteMetric(name: string, value: number, where: string): number {
  if (Number.isFinite(value)) return value;
  throw new PipelineError('EXECUTION_METRIC_NOT_FINITE', {
    what: `metric "${name}" is not a finite number`,
    where,
    received: String(value),
  });
}

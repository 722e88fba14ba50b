import type { Task } from '../contracts/stages/feature.js';
import { checkCall } from '../errors/check-call.js';
import { aFunction, aText, oneOfWords, optional, optionsOf } from '../errors/kinds.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { type Direction, type MetricDefinition, type MetricKind, metricKind } from './metric-kind.js';
import { METRICS } from './metrics.js';

const DEFINITION = optionsOf({
  name: aText,
  task: oneOfWords('binary', 'regression'),
  better: oneOfWords('higher', 'lower'),
  undefinedWhen: aText,
  baseline: optional(oneOfWords('mean', 'median')),
  compute: aFunction,
});

/**
 * Adds a metric, which `p.evaluate`, its gate and the monitor then take like a built-in one. Worker threads import the file that defines it.
 * @throws PipelineError `AUTHORING_OPTION_INVALID`, `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`. When it computes something other than a finite
 *   number or null, the step fails with `EXTENSION_RESULT_INVALID`.
 */
export function defineMetric<const Name extends string, const Of extends Task, const Better extends Direction>(
  definition: MetricDefinition<Name, Of, Better>,
): MetricKind<Name, Of, Better> {
  checkCall('defineMetric', { definition }, { definition: DEFINITION });
  const kind = metricKind({ ...definition, compute: finite(definition) });
  METRICS.add(kind, { files: filesOfCallers(defineMetric) });
  return kind;
}

function finite({ name, compute }: MetricDefinition): MetricDefinition['compute'] {
  return (rows, weights) => {
    const value: unknown = compute(rows, weights);
    if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
    throw new PipelineError('EXTENSION_RESULT_INVALID', {
      what: `the metric "${name}" computed no number`,
      expected: 'a finite number, or null where it is undefined',
      received: typeof value === 'number' ? String(value) : typeof value,
    });
  };
}

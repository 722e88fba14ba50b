import type { Plan } from '../contracts/plan.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';

/** The pipelines of a worker by name. */
export type PipelineCatalog = ReadonlyMap<string, Pipeline>;

/** @throws PipelineError `AUTHORING_INVALID_PIPELINE` when two pipelines share a name. */
export function createCatalog(pipelines: readonly Pipeline[]): PipelineCatalog {
  const names = pipelines.map(({ name }) => name);
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (repeated.length > 0) {
    throw new PipelineError('AUTHORING_INVALID_PIPELINE', {
      what: `pipelines share a name: ${repeated.join(', ')}`,
      cure: 'Give every pipeline of a worker its own name.',
      details: { repeated },
    });
  }
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
}

/** @throws PipelineError `EXECUTION_UNKNOWN_PIPELINE` listing the known names. */
export function findPlan(catalog: PipelineCatalog, name: string): Plan {
  const pipeline = catalog.get(name);
  if (pipeline !== undefined) return pipeline.plan;
  const known = [...catalog.keys()].sort();
  throw new PipelineError('EXECUTION_UNKNOWN_PIPELINE', {
    what: `this worker has no pipeline "${name}"`,
    expected: `one of ${known.join(', ') || '(none)'}`,
    received: `"${name}"`,
    details: { known },
  });
}

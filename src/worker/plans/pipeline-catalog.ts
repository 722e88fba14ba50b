import type { Plan } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline } from '../../pipeline/pipeline.js';

/** The pipelines of a worker by name. */
export type PipelineCatalog = ReadonlyMap<string, Pipeline>;

/**
 * These pipelines and those that they call.
 * @throws PipelineError `AUTHORING_INVALID_PIPELINE` when two different pipelines share a name.
 */
export function createCatalog(pipelines: readonly Pipeline[]): PipelineCatalog {
  const catalog = new Map<string, Pipeline>();
  const repeated = new Set(namesGivenTwice(pipelines));
  const register = (pipeline: Pipeline): void => {
    const before = catalog.get(pipeline.name);
    if (before !== undefined && before.plan.hash !== pipeline.plan.hash) repeated.add(pipeline.name);
    if (before !== undefined) return;
    catalog.set(pipeline.name, pipeline);
    for (const called of pipeline.calls?.values() ?? []) register(called);
  };
  pipelines.forEach(register);
  if (repeated.size === 0) return catalog;
  throw new PipelineError('AUTHORING_INVALID_PIPELINE', {
    what: `pipelines share a name: ${[...repeated].join(', ')}`,
    cure: 'Give every pipeline of a worker its own name.',
    details: { repeated: [...repeated] },
  });
}

function namesGivenTwice(pipelines: readonly Pipeline[]): readonly string[] {
  const names = pipelines.map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index);
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

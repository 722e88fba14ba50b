import type { MapLimits } from '../../src/contracts/stages/map.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { planHash } from '../../src/pipeline/plan/plan-hash.js';

/** The pipeline with other limits in each of its maps, so that few items are many. */
export function withLimits<P extends Pipeline>(limits: MapLimits, pipeline: P): P {
  const content = { ...pipeline.plan, steps: pipeline.plan.steps.map((step) => limited(step, limits)) };
  return { ...pipeline, plan: { ...content, hash: planHash(content) } };
}

function limited(step: PlanStep, limits: MapLimits): PlanStep {
  const body =
    step.body === undefined ? {} : { body: { ...step.body, steps: step.body.steps.map((inner) => limited(inner, limits)) } };
  return { ...step, ...body, ...(step.kind === 'map' ? { config: { ...step.config, limits } } : {}) };
}

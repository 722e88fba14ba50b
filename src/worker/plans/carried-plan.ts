import type { JsonValue } from '../../contracts/json.js';
import type { Plan, PlanStep } from '../../contracts/plan.js';
import type { ResolvedPlan, ReusedResults } from '../../contracts/run.js';
import { CARRIED_CONFIG, READ_BY_WORKFLOW } from '../../pipeline/plan/plan-size.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import { jsonBytes, storeParts, storeValue } from '../../store/values/stored-values.js';

/** Parameters that are in each task of the run. */
const MOST_PARAMETER_BYTES = 4 * 1024;
/** Results of another run that come whole; when there are more, of each no more than `MOST_RESULT_BYTES`. */
const MOST_REUSED_BYTES = 256 * 1024;
const MOST_RESULT_BYTES = 1024;

/** A resolved plan in a size that a run can take into its history: what is large of it lies in the store. */
export async function carriedPlan(artifacts: ArtifactStore, resolved: ResolvedPlan): Promise<ResolvedPlan> {
  const { plan, parameters, reused } = resolved;
  const large = jsonBytes(parameters) > MOST_PARAMETER_BYTES;
  return {
    ...resolved,
    plan: await carriedSteps(artifacts, plan),
    ...(reused === undefined ? {} : { reused: await carriedResults(artifacts, reused) }),
    carriage: { parameters: large ? await storeValue(artifacts, parameters) : null },
  };
}

async function carriedSteps<T extends { readonly steps: Plan['steps'] }>(artifacts: ArtifactStore, around: T): Promise<T> {
  const steps = await Promise.all(around.steps.map((step) => carriedStep(artifacts, step)));
  return steps.every((step, index) => step === around.steps[index]) ? around : { ...around, steps };
}

async function carriedStep(artifacts: ArtifactStore, step: PlanStep): Promise<PlanStep> {
  const { body } = step;
  const inside = body === undefined ? undefined : await carriedSteps(artifacts, body);
  const config = READ_BY_WORKFLOW.has(step.kind)
    ? step.config
    : ((await storeParts(artifacts, step.config, CARRIED_CONFIG)) as PlanStep['config']);
  if (config === step.config && inside === body) return step;
  return { ...step, config, ...(inside === undefined ? {} : { body: inside }) };
}

async function carriedResults(artifacts: ArtifactStore, reused: ReusedResults): Promise<ReusedResults> {
  const { results } = reused;
  if (jsonBytes(results) <= MOST_REUSED_BYTES) return reused;
  const small: { [step: string]: JsonValue } = {};
  for (const [step, result] of Object.entries(results)) small[step] = await storeParts(artifacts, result, MOST_RESULT_BYTES);
  return { ...reused, results: small };
}

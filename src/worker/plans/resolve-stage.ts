import type { ArtifactKind } from '../../contracts/artifact.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { Plan, PlanStep, StageKind } from '../../contracts/plan.js';
import type { RunManifest } from '../../contracts/run/run-manifest.js';
import type { ResolvedPlan, RunOrigin } from '../../contracts/run.js';
import type { PlanRequest, ResolvedStage, StageStart } from '../../contracts/system.js';
import type { Pools } from '../../contracts/plan/pools.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { placeSteps } from '../../pipeline/plan/place-steps.js';
import { resolveScheduledTimes } from '../../pipeline/schedule/scheduled-time.js';
import { validateParameters } from '../../schema/validate-parameters.js';
import { findManifest, requireManifest, resultsOf } from '../../runs/manifest-store.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import { findReferences } from '../../store/values/find-references.js';
import { shortReference } from '../../store/values/short-references.js';
import { takeHold } from '../../store/claims/holds.js';
import type { ObjectStore } from '../../store/port.js';
import { carriedPlan } from './carried-plan.js';
import { findPlan, type PipelineCatalog } from './pipeline-catalog.js';

/** The plan that a run is to carry out, with its parameters checked and completed and its steps placed on the pools. */
export function resolvePlan(catalog: PipelineCatalog, input: PlanRequest, pools: Pools = {}): ResolvedPlan {
  return completePlan(findPlan(catalog, input.pipeline), input, pools);
}

/** As `resolvePlan`, for a run that may carry out the plan of another run, or take its results over. RUNS_NOT_RECORDED, RUNS_STEP_UNKNOWN. */
export async function resolveRun(
  catalog: PipelineCatalog,
  artifacts: ArtifactStore,
  input: PlanRequest,
  pools: Pools = {},
): Promise<ResolvedPlan> {
  const { reuse, pin } = input;
  const { objects } = artifacts;
  const pinned = pin === undefined ? null : await requireManifest(objects, pin.workflowId, pin.runId);
  const resolved = completePlan(pinned?.plan ?? findPlan(catalog, input.pipeline), input, pools);
  if (reuse === undefined) return carriedPlan(artifacts, resolved);
  const earlier = await requireManifest(objects, reuse.workflowId, reuse.runId);
  const results = resultsOf(earlier, reuse.steps);
  // The record of that run may be about to be removed, with what it made.
  await takeHold(objects, [...new Set(findReferences(results, 'results').map(({ ref }) => ref.id))]);
  // One that repeats another is to compute again, not to go on from where that one was.
  const chain = pin === undefined ? await recoveredRuns(objects, earlier) : [];
  const origin = chain.at(-1);
  const known = Object.entries(results).filter(([id]) => resolved.plan.steps.some((step) => step.id === id));
  return carriedPlan(artifacts, {
    ...resolved,
    reused: {
      from: reuse.workflowId,
      ...(origin === undefined ? {} : { origin: originOf(origin) }),
      ...(reuse.calls === true ? { earlier: callersOf(chain) } : {}),
      results: Object.fromEntries(known),
    },
  });
}

/** The chain of recoveries that ends in a run, as far as it is recorded, from that run to the first one. */
async function recoveredRuns(objects: ObjectStore, last: RunManifest): Promise<RunManifest[]> {
  const chain = [last];
  const seen = new Set([last.run.runId]);
  let { reuse, pin } = last.options;
  while (reuse !== undefined && pin === undefined) {
    const before = await findManifest(objects, reuse.workflowId, reuse.runId);
    if (before === null || seen.has(before.run.runId)) break;
    seen.add(before.run.runId);
    chain.push(before);
    ({ reuse, pin } = before.options);
  }
  return chain;
}

const originOf = ({ run: { workflowId, runId } }: RunManifest): RunOrigin => ({ workflowId, runId });

/** Most recovered runs whose calls are searched. */
const MOST_CALLERS = 20;

/** A run that was started without its calls ends the chain: what the runs before it called was not good enough. */
function callersOf(chain: readonly RunManifest[]): RunOrigin[] {
  const last = chain.findIndex(({ options }) => options.reuse?.calls !== true);
  return chain
    .slice(0, last < 0 ? chain.length : last + 1)
    .slice(0, MOST_CALLERS)
    .map(originOf);
}

function completePlan(plan: Plan, input: PlanRequest, pools: Pools): ResolvedPlan {
  const resolves = plan.formatVersion >= 2 && input.scheduledAt !== undefined;
  const given = resolves ? resolveScheduledTimes(input.parameters, Date.parse(input.scheduledAt)) : input.parameters;
  const parameters = validateParameters(plan.parameters, given ?? undefined);
  const placement = placeSteps(plan, pools);
  return { plan, parameters, ...(Object.keys(placement).length === 0 ? {} : { placement }) };
}

/** One step of a plan to be run alone, with its inputs as values. */
export async function resolveStage(
  catalog: PipelineCatalog,
  artifacts: ArtifactStore,
  start: StageStart & { readonly kind: StageKind },
  pools: Pools = {},
): Promise<ResolvedStage> {
  if (typeof start.pipeline !== 'string') {
    throw new PipelineError('EXECUTION_INPUT_MISSING', {
      what: 'the input names no pipeline',
      expected: '{ "pipeline": "<name>", "step"?, "params"?, "inputs"? }',
    });
  }
  const { plan, parameters } = resolvePlan(catalog, { pipeline: start.pipeline, parameters: start.params ?? null });
  const step = findStep(plan, start.kind, start.step);
  const given = start.inputs ?? {};
  const missing = Object.keys(step.inputs).filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    throw new PipelineError('EXECUTION_INPUT_MISSING', {
      what: `inputs are missing: ${missing.join(', ')}`,
      where: `step "${step.id}" of ${plan.pipeline}`,
      expected: Object.keys(step.inputs).join(', '),
      received: Object.keys(given).join(', ') || 'none',
      details: { missing },
    });
  }
  const entries = await Promise.all(
    Object.entries(given).map(async ([name, value]) => [name, await resolveInput(artifacts, name, value)] as const),
  );
  const placement = placeSteps({ ...plan, steps: [step] }, pools)[step.id];
  return { plan, parameters, step, inputs: Object.fromEntries(entries), ...(placement === undefined ? {} : { placement }) };
}

function findStep(plan: Plan, kind: StageKind, id: string | undefined): PlanStep {
  const candidates = plan.steps.filter((step) => step.kind === kind);
  const named = id === undefined ? candidates : candidates.filter((step) => step.id === id);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: id === undefined ? `the pipeline has ${candidates.length} ${kind} steps` : `no ${kind} step "${id}"`,
    where: `pipeline ${plan.pipeline}`,
    expected: `"step" to be one of ${candidates.map((step) => step.id).join(', ') || '(none)'}`,
    details: { steps: candidates.map((step) => step.id) },
  });
}

const KINDS: ReadonlySet<string> = new Set<ArtifactKind>([
  'dataset',
  'validation-report',
  'feature-set',
  'model',
  'evaluation',
  'endpoint',
  'monitor-report',
  'files',
  'value',
]);

async function resolveInput(artifacts: ArtifactStore, name: string, value: JsonValue): Promise<JsonValue> {
  if (typeof value !== 'string') return value;
  const [kind, id, ...rest] = value.split('/');
  if (kind === undefined || id === undefined || rest.length > 0 || !KINDS.has(kind)) return value;
  await takeHold(artifacts.objects, [id]);
  const ref = await artifacts.find(kind as ArtifactKind, id);
  return name === 'evaluation' && ref.kind === 'evaluation'
    ? await evaluateResult(artifacts, ref.id, shortReference(ref))
    : { ...shortReference(ref) };
}

/** The result of an evaluate step, rebuilt from its artifact. */
async function evaluateResult(artifacts: ArtifactStore, id: string, evaluation: JsonObject): Promise<JsonValue> {
  const { inputs, meta } = await artifacts.manifest({ kind: 'evaluation', id });
  const model = inputs.find((input) => input.kind === 'model');
  if (model === undefined) {
    throw new PipelineError('EXECUTION_INPUT_MISSING', { what: `evaluation/${id} names no model among its inputs` });
  }
  const { decision, reasons, metrics, gate, comparedWith, refit } = meta;
  return {
    evaluation,
    model: shortReference(await artifacts.find('model', typeof refit === 'string' ? refit : model.id)),
    decision: decision ?? null,
    reasons: reasons ?? [],
    metrics: metrics ?? {},
    gate: gate ?? null,
    ...(comparedWith === undefined ? {} : { comparedWith }),
  };
}

import type { Plan, PlanStep, ResourceSpec } from '../../contracts/plan.js';
import { isForNamedSteps, type PoolSpec, type Pools, queueOf, takeEveryStep, weightOf } from '../../contracts/plan/pools.js';
import type { Placement } from '../../contracts/run.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Steps of these kinds have no activity of their own. */
const UNPLACED: ReadonlySet<PlanStep['kind']> = new Set<PlanStep['kind']>(['gate', 'join', 'map', 'loop', 'call']);

/**
 * Puts every step of a plan, those of bodies too, on a pool: the one that it names, else the smallest that has what it asks for (fewest
 * devices, then least memory of a device, CPU and memory, then by name). Light steps run where the workflow runs. Without pools nothing is placed,
 * and with none but pools that only declare a limit nothing but the steps that name one.
 * @throws PipelineError `POOL_NONE_FITS` naming every step that no pool takes, why, and what the pools offer.
 */
export function placeSteps(plan: Plan, pools: Pools): { readonly [step: string]: Placement } {
  if (Object.keys(pools).length === 0) return {};
  const placed: { [step: string]: Placement } = {};
  const problems: { readonly step: string; readonly problem: string }[] = [];
  const bySize = Object.entries(pools).sort(([a, left], [b, right]) => compareSizes(left, right) || (a < b ? -1 : 1));
  for (const step of stepsToPlace(plan.steps)) {
    if (step.pool === undefined && !takeEveryStep(pools)) continue;
    const named = bySize.filter(([name, pool]) => (step.pool === undefined ? !isForNamedSteps(pool) : name === step.pool));
    const fitting = named.find(([, pool]) => shortcomings(step.resources, pool).length === 0);
    if (fitting === undefined) problems.push({ step: step.id, problem: problemOf(step, pools) });
    else placed[step.id] = placementOf(...fitting);
  }
  if (problems.length === 0) return placed;
  throw new PipelineError('POOL_NONE_FITS', {
    what: problems.map(({ step, problem }) => `step "${step}" cannot be placed: ${problem}`).join('; '),
    where: `pipeline ${plan.pipeline}`,
    expected: Object.entries(pools)
      .map(([name, pool]) => `${name} (${offerOf(pool)})`)
      .join(', '),
    details: { steps: problems.map(({ step }) => step), pools: Object.keys(pools) },
  });
}

function stepsToPlace(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.flatMap((step) => [
    ...(UNPLACED.has(step.kind) || step.light === true ? [] : [step]),
    ...stepsToPlace(step.body?.steps ?? []),
  ]);
}

function placementOf(name: string, pool: PoolSpec): Placement {
  return { pool: name, taskQueue: queueOf(name, pool), ...(pool.limit === undefined ? {} : { limit: pool.limit }) };
}

function compareSizes(left: PoolSpec, right: PoolSpec): number {
  const sizes = ({ gpu = 0, vramGiB = 0, cpu = Infinity, memoryGiB = Infinity }: PoolSpec): number[] => [
    gpu,
    vramGiB,
    cpu,
    memoryGiB,
  ];
  const other = sizes(right);
  const first = sizes(left).findIndex((size, index) => size !== other[index]);
  return first < 0 ? 0 : (sizes(left)[first] ?? 0) < (other[first] ?? 0) ? -1 : 1;
}

/** What the pool lacks for these resources, in words; empty when it fits. */
function shortcomings(resources: ResourceSpec, pool: PoolSpec): string[] {
  const { cpu = 0, memoryGiB = 0, gpu = 0, gpuType, vramGiB = 0 } = resources;
  const offered = pool.gpuType?.toLowerCase();
  return [
    ...(cpu > (pool.cpu ?? Infinity) ? [`cpu ${cpu} of ${pool.cpu ?? 0}`] : []),
    ...(memoryGiB > (pool.memoryGiB ?? Infinity) ? [`memory ${memoryGiB} of ${pool.memoryGiB ?? 0} GiB`] : []),
    ...(gpu > (pool.gpu ?? 0) ? [`gpu ${gpu} of ${pool.gpu ?? 0}`] : []),
    ...(gpuType !== undefined && gpuType.toLowerCase() !== offered ? [`gpu type ${gpuType}, it has ${offered ?? 'none'}`] : []),
    ...(vramGiB > (pool.vramGiB ?? 0) ? [`vram ${vramGiB} of ${pool.vramGiB ?? 0} GiB`] : []),
    ...(weightOf(resources) > (pool.limit ?? Infinity) ? [`${weightOf(resources)} of its limit of ${pool.limit ?? 0}`] : []),
  ];
}

function problemOf(step: PlanStep, pools: Pools): string {
  if (step.pool === undefined) return `no pool has ${needOf(step.resources)}`;
  const pool = pools[step.pool];
  if (pool === undefined) return `there is no pool "${step.pool}"`;
  return `pool ${step.pool} has too little: ${shortcomings(step.resources, pool).join(', ')}`;
}

function needOf({ cpu, memoryGiB, gpu, gpuType, vramGiB }: ResourceSpec): string {
  const parts = [
    cpu === undefined ? null : `cpu ${cpu}`,
    memoryGiB === undefined ? null : `memory ${memoryGiB} GiB`,
    gpu === undefined ? null : `gpu ${gpu}${gpuType === undefined ? '' : ` of type ${gpuType}`}`,
    vramGiB === undefined ? null : `vram ${vramGiB} GiB`,
  ].filter((part) => part !== null);
  return parts.join(', ') || 'room for a step';
}

/** What one worker of a pool offers, in words. */
export function offerOf({ cpu, memoryGiB, gpu = 0, gpuType, vramGiB, limit }: PoolSpec): string {
  return [
    cpu === undefined ? 'any cpu' : `cpu ${cpu}`,
    memoryGiB === undefined ? 'any memory' : `memory ${memoryGiB} GiB`,
    gpu === 0 ? 'no gpu' : `gpu ${gpu}${gpuType === undefined ? '' : ` of type ${gpuType.toLowerCase()}`}`,
    ...(vramGiB === undefined ? [] : [`vram ${vramGiB} GiB each`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ].join(', ');
}

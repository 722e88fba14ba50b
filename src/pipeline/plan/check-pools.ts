import { type Pools, queueOf } from '../../contracts/plan/pools.js';
import { PipelineError } from '../../errors/pipeline-error.js';

const POOL_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * The pools of a configuration, known to be usable.
 * @throws PipelineError `POOL_CONFIG_INVALID` with everything that is wrong in `details.problems`.
 */
export function checkPools(pools: Pools): Pools {
  const problems = poolProblems(pools);
  if (problems.length === 0) return pools;
  throw new PipelineError('POOL_CONFIG_INVALID', { what: problems.join('; '), where: 'pools', details: { problems } });
}

/** Why pools of the right types cannot be used; empty: they can. */
export function poolProblems(pools: Pools): string[] {
  const problems: string[] = [];
  const queues = new Map<string, string>();
  for (const [name, pool] of Object.entries(pools)) {
    if (!POOL_NAME.test(name)) problems.push(`the name "${name}" must match ${POOL_NAME.source}`);
    const other = queues.get(queueOf(name, pool));
    if (other !== undefined) problems.push(`pools ${other} and ${name} share the task queue ${queueOf(name, pool)}`);
    queues.set(queueOf(name, pool), name);
    const { gpu = 0, gpuType, vramGiB, devices, limit } = pool;
    for (const field of ['cpu', 'memoryGiB', 'vramGiB'] as const) {
      const value = pool[field];
      if (value !== undefined && !(Number.isFinite(value) && value > 0))
        problems.push(`${name}.${field} must be above 0, got ${value}`);
    }
    if (!Number.isInteger(gpu) || gpu < 0) problems.push(`${name}.gpu must be a whole number >= 0, got ${gpu}`);
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
      problems.push(`${name}.limit must be a whole number >= 1, got ${limit}`);
    if (gpu === 0 && (gpuType !== undefined || vramGiB !== undefined || devices !== undefined))
      problems.push(`${name} says of what kind its devices are, so ${name}.gpu must be 1 or more`);
    if (devices !== undefined && devices.length < gpu)
      problems.push(`${name}.gpu is ${gpu}, but ${name}.devices lists ${devices.length}`);
    const ids = devices?.map(({ id }) => id) ?? [];
    if (new Set(ids).size < ids.length) problems.push(`${name}.devices names a device twice`);
  }
  return problems;
}

import type { DeviceSpec, PoolSpec } from '../../contracts/plan/pools.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { discoverDevices } from './nvidia-smi.js';

/**
 * The devices with which a worker serves these pools: those that a pool lists, else as many of the machine's as the pool says, none of them twice.
 * @throws PipelineError `POOL_DEVICES_MISSING` when there are too few that fit.
 */
export async function poolDevices(
  pools: ReadonlyMap<string, PoolSpec>,
  environment: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, readonly DeviceSpec[]>> {
  const found: { devices: readonly DeviceSpec[] | null } = { devices: null };
  const result = new Map<string, readonly DeviceSpec[]>();
  for (const [name, pool] of pools) {
    const { gpu = 0, devices: listed } = pool;
    if (gpu === 0) continue;
    if (listed === undefined) found.devices ??= await discoverDevices(environment);
    const taken = new Set([...result.values()].flat().map(({ id }) => id));
    const candidates = (listed ?? found.devices ?? []).filter((device) => fits(device, pool) && !taken.has(device.id));
    if (candidates.length < gpu) throw tooFew(name, pool, candidates, listed ?? found.devices ?? []);
    result.set(name, candidates.slice(0, gpu));
  }
  return result;
}

function fits({ type, vramGiB }: DeviceSpec, pool: PoolSpec): boolean {
  return type.toLowerCase().includes((pool.gpuType ?? '').toLowerCase()) && vramGiB >= (pool.vramGiB ?? 0);
}

function tooFew(
  name: string,
  { gpu = 0, gpuType, vramGiB }: PoolSpec,
  fitting: readonly DeviceSpec[],
  all: readonly DeviceSpec[],
): PipelineError {
  const kind = `${gpuType === undefined ? '' : ` of type ${gpuType}`}${vramGiB === undefined ? '' : ` with ${vramGiB} GiB or more`}`;
  return new PipelineError('POOL_DEVICES_MISSING', {
    what: `a worker of pool ${name} needs ${gpu} devices${kind} and has ${fitting.length} left`,
    where: 'this machine',
    received: all.map(({ id, type, vramGiB: memory }) => `${id} (${type}, ${memory} GiB)`).join(', ') || 'no devices',
  });
}

import os from 'node:os';
import type { WorkerOptions } from '@temporalio/worker';
import { type PoolSpec, type Pools, queueOf, takeEveryStep } from '../contracts/plan/pools.js';
import type { PoolQueue, WorkflowQueue } from '../contracts/plan/queues.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { DeviceLeases } from './devices/device-leases.js';
import { poolDevices } from './devices/pool-devices.js';

/** Which work this process takes: workflow tasks of runs, steps, or both. */
export type WorkerRole = 'all' | 'workflows' | 'activities';

/** The devices of each task queue that this process serves for a pool. */
export type QueueDevices = ReadonlyMap<PoolQueue, DeviceLeases>;

/**
 * The pools that a worker was told to serve.
 * @throws PipelineError `POOL_UNKNOWN` listing the known ones; `POOL_CONFIG_INVALID`.
 */
export function servedPools(pools: Pools, names: readonly string[], role: WorkerRole): ReadonlyMap<string, PoolSpec> {
  const unknown = names.filter((name) => !Object.hasOwn(pools, name));
  if (unknown.length > 0) {
    throw new PipelineError('POOL_UNKNOWN', {
      what: `no pool ${unknown.map((name) => `"${name}"`).join(', ')}`,
      expected: `one of ${Object.keys(pools).join(', ') || '(none is configured)'}`,
      details: { known: Object.keys(pools) },
    });
  }
  if (role === 'workflows' && names.length > 0) {
    throw new PipelineError('POOL_CONFIG_INVALID', {
      what: 'a worker for workflows only was told to serve pools',
      received: names.join(', '),
      cure: 'Leave the pools to workers for activities.',
    });
  }
  return new Map(names.flatMap((name) => Object.entries(pools).filter(([known]) => known === name)));
}

export async function queueDevices(served: ReadonlyMap<string, PoolSpec>, environment: NodeJS.ProcessEnv): Promise<QueueDevices> {
  const devices = await poolDevices(served, environment);
  return new Map([...devices].map(([name, list]) => [queueOf(name, served.get(name) ?? {}), new DeviceLeases(list)]));
}

/**
 * One Temporal worker for the task queue and one for each pool. The task queue's takes runs and small activities of the entities; a worker of a
 * pool takes steps only, as many at once as it has devices, or without devices as many as `base` says. Pools with `activities` alone leave the
 * task queue to others. A worker for `workflows` also takes the small activities when all steps are on pools: no other worker takes them.
 */
export function queueSettings(
  base: WorkerOptions & { readonly taskQueue: WorkflowQueue },
  served: ReadonlyMap<string, PoolSpec>,
  { role, devices, pools: all }: { readonly role: WorkerRole; readonly devices: QueueDevices; readonly pools: Pools },
): readonly WorkerOptions[] {
  const { workflowBundle, ...activityBase } = base;
  const identity = base.identity ?? `${process.pid}@${os.hostname()}`;
  const pools = [...served].map(([name, pool]): WorkerOptions => ({
    ...activityBase,
    taskQueue: queueOf(name, pool),
    identity: `${identity} ${name}${devicesOf(devices.get(queueOf(name, pool)))}`,
    ...((pool.gpu ?? 0) === 0 ? {} : { maxConcurrentActivityTaskExecutions: pool.gpu ?? 1 }),
  }));
  if (role === 'activities') return pools.length > 0 ? pools : [activityBase];
  const shunsSteps = role === 'workflows' && !takeEveryStep(all);
  const own: WorkerOptions = { ...base, ...(shunsSteps ? { enableNonLocalActivities: false } : {}) };
  const shared = pools.find(({ taskQueue }) => taskQueue === (base.taskQueue as string));
  if (shared === undefined) return [own, ...pools];
  return [
    { ...own, ...shared, ...(workflowBundle === undefined ? {} : { workflowBundle }) },
    ...pools.filter((pool) => pool !== shared),
  ];
}

/** The server shows a worker by its identity: the devices belong to it. */
function devicesOf(leases: DeviceLeases | undefined): string {
  return leases === undefined ? '' : ` [${leases.devices.map(({ id }) => id).join(', ')}]`;
}

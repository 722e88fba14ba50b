import type { ResourceSpec } from '../plan.js';
import { poolQueue, type PoolQueue } from './queues.js';

/** Where runs start, and where steps run that no pool takes, unless somebody names another queue. */
export const DEFAULT_TASK_QUEUE = 'ml';

/** A device as `nvidia-smi` or the configuration names it. */
export type DeviceSpec = {
  /** What `CUDA_VISIBLE_DEVICES` takes: an index, or the UUID of a MIG instance. */
  readonly id: string;
  /** Lower case, as in `ResourceSpec.gpuType`. */
  readonly type: string;
  readonly vramGiB: number;
};

/** A kind of worker: a task queue and what one worker of it offers to one step. What is left out is not limited, but `gpu`, which is then 0. */
export type PoolSpec = {
  /** Default: the name of the pool. */
  readonly taskQueue?: string;
  readonly cpu?: number;
  readonly memoryGiB?: number;
  /** Devices of one worker. */
  readonly gpu?: number;
  readonly gpuType?: string;
  /** Memory of each device. */
  readonly vramGiB?: number;
  /**
   * Over all workers and runs, at most so much at once: a step counts as many as it asks for devices, at least 1. A pool that says this and nothing
   * of its workers' size is there for the steps that name it: see `isForNamedSteps`.
   */
  readonly limit?: number;
  /** The devices of a worker of this pool; left out, `nvidia-smi` is asked when `gpu` is 1 or more. */
  readonly devices?: readonly DeviceSpec[];
};

/** The pools of a profile, by name. */
export type Pools = { readonly [name: string]: PoolSpec };

/** How much of a pool's `limit` a step takes. */
export function weightOf(resources: ResourceSpec): number {
  return Math.max(1, resources.gpu ?? 0);
}

export function queueOf(name: string, pool: PoolSpec): PoolQueue {
  return poolQueue(pool.taskQueue ?? name);
}

/** Whether only steps that name the pool go there: it declares a limit (of a database, a licence), and no size by which others could choose it. */
export function isForNamedSteps({ limit, cpu, memoryGiB, gpu }: PoolSpec): boolean {
  return limit !== undefined && cpu === undefined && memoryGiB === undefined && gpu === undefined;
}

/** Whether each step of every plan is put on a pool, so that none is left to the queue of the runs. */
export function takeEveryStep(pools: Pools): boolean {
  return Object.values(pools).some((pool) => !isForNamedSteps(pool));
}

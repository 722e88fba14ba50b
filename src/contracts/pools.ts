import type { ResourceSpec } from './plan.js';

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
  /** Over all workers and runs, at most so much at once: a step counts as many as it asks for devices, at least 1. */
  readonly limit?: number;
  /** The devices of a worker of this pool; left out, `nvidia-smi` is asked when `gpu` is 1 or more. */
  readonly devices?: readonly DeviceSpec[];
};

export type Pools = { readonly [name: string]: PoolSpec };

/** How much of a pool's `limit` a step takes. */
export function weightOf(resources: ResourceSpec): number {
  return Math.max(1, resources.gpu ?? 0);
}

export function queueOf(name: string, pool: PoolSpec): string {
  return pool.taskQueue ?? name;
}

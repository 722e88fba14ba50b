declare const carries: unique symbol;

/** A task queue whose workers carry workflows on: runs, the entities, and whatever these start. */
export type WorkflowQueue = string & { readonly [carries]: 'workflows' };

/** A task queue whose workers take the steps of a pool. Nothing that is started there ever begins, for none of them carries workflows on. */
export type PoolQueue = string & { readonly [carries]: 'steps' };

/** For what people, settings and records name as the queue of runs. */
export const workflowQueue = (name: string): WorkflowQueue => name as WorkflowQueue;

/** For what the settings of a pool name. */
export const poolQueue = (name: string): PoolQueue => name as PoolQueue;

import type { Owner } from '../store/ownership.js';

/** Small activities that the continuous-training entity calls; their names are wire names. */
export type RollbackInput = {
  readonly model: string;
  readonly by: string;
  readonly reason: string;
  /** Names the request: asked again by the same name it is the same rollback. */
  readonly workflowId: string;
};
export type PromotionInput = RollbackInput & { readonly version: number };
/** `endpoints`: every endpoint of the model; each now serves `champion` alone. */
export type ChampionResult = { readonly model: string; readonly champion: number; readonly endpoints: readonly string[] };

export interface ControlActivities {
  /** Status name of a workflow execution as Temporal has it: RUNNING, COMPLETED, FAILED, TERMINATED, ... or NOT_FOUND. */
  describeRun(input: { readonly workflowId: string; readonly runId?: string }): Promise<{
    readonly status: string;
    /** Absent: nobody is known to own it. */
    readonly owner?: Owner;
  }>;
  /** Champion back to `previous`, on the registry and on every endpoint that serves the model. */
  rollbackModel(input: RollbackInput): Promise<ChampionResult>;
  /** Any version of the registry as champion, by a person, on the registry and on every endpoint that serves the model. */
  promoteModel(input: PromotionInput): Promise<ChampionResult>;
}

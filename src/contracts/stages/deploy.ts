import type { EvaluateResult } from './evaluate.js';

export type RolloutSpec = {
  readonly strategy: 'canary';
  /** Per cent of traffic for the candidate, ascending, last 100. */
  readonly weights: readonly number[];
  readonly bakeMs: number;
  readonly health: {
    readonly maxErrorRatio: number;
    readonly maxP99Ms: number;
    readonly readyTimeoutMs: number;
    /** Requests of the candidate in one bake below which its health is inconclusive; absent: 20. */
    readonly minRequests?: number;
  };
  /** What an inconclusive bake leads to; absent: `continue`. */
  readonly onInconclusive?: 'rollBack' | 'continue' | 'wait';
};
export type DeployConfig = { readonly endpoint: string; readonly model: string; readonly rollout: RolloutSpec };
export type DeployInputs = { readonly evaluation: EvaluateResult };
export type DeployResult = {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** `superseded`: what the roll-out counted on was changed by somebody else; `reasons` say by whom. */
  readonly outcome: 'promoted' | 'rejected' | 'rolled-back' | 'superseded';
  readonly reasons: readonly string[];
  readonly revision: number;
};

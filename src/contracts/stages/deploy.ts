import type { NoArguments, Operation } from './operations.js';
import type { EvaluateResult } from './evaluate.js';

export type RolloutSpec = {
  /** Kind of roll-out. Options of one that was added are members beside these. */
  readonly strategy: string;
  /** Percent of traffic for the candidate, ascending, last 100. */
  readonly weights: readonly number[];
  readonly bakeMs: number;
  /** The bake at each of the weights; absent: `bakeMs` at all of them. */
  readonly bakesMs?: readonly number[];
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
/** How a deployment ended, and the version and revision of the endpoint after it. */
export type DeployResult = {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** `superseded`: what the roll-out counted on was changed by somebody else; `reasons` say by whom. */
  readonly outcome: 'promoted' | 'rejected' | 'rolled-back' | 'superseded';
  readonly reasons: readonly string[];
  readonly revision: number;
};

/** Why the roll-out cannot go on as it was begun: the champion is another one, or another roll-out took the endpoint. */
export type Superseded = { readonly by: 'champion' | 'rollout'; readonly reasons: readonly string[] };

export type OpenedRollout = {
  readonly revision: number;
  readonly champion: number | null;
  readonly alreadyChampion: boolean;
  /** The weights at which the candidate bakes; absent: those of the plan. */
  readonly weights?: readonly number[];
  readonly superseded?: Superseded;
};

/** What a replica had counted of the versions when the bake began; `startedAt` tells its process from a later one of the same name. */
export type BakeStart = {
  readonly replica: string;
  readonly startedAt: string;
  readonly counts: { readonly [version: string]: readonly [requests: number, errors: number] };
};

/** `start`: what the replicas had counted when the bake began. */
export type ShiftedTraffic = {
  readonly revision: number;
  readonly start?: readonly BakeStart[];
  readonly superseded?: Superseded;
};

export type CandidateHealth = {
  readonly healthy: boolean;
  readonly reasons: readonly string[];
  readonly requests: number;
  /** Why nothing can be said: the candidate got too few requests. Absent when something can. */
  readonly inconclusive?: string;
};

export type Promotion = {
  readonly promoted: boolean;
  readonly reasons: readonly string[];
  readonly revision: number;
  readonly superseded?: Superseded;
};

/** How a withdrawn candidate ends. `again`: it is evaluated once more and may return, so nothing is logged about it yet. */
export type Withdrawal = 'rolled-back' | 'superseded' | 'rejected' | 'again';

type Version = { readonly version: number };
/** Absent: the evaluation that the step was given. */
type ByEvaluation = { readonly evaluation?: EvaluateResult };

export type DeployOperations = {
  readonly register: Operation<NoArguments, { readonly version: number; readonly revision: number }>;
  readonly open: Operation<Version & ByEvaluation, OpenedRollout>;
  readonly waitReady: Operation<
    Version & { readonly revision: number },
    { readonly ready: boolean; readonly reasons: readonly string[] }
  >;
  readonly shift: Operation<Version & { readonly weight: number }, ShiftedTraffic>;
  /** `champion` and `start` as `open` and `shift` gave them; absent in runs that are older than they. */
  readonly health: Operation<
    Version & { readonly revision: number; readonly champion?: number | null; readonly start?: readonly BakeStart[] },
    CandidateHealth
  >;
  /** The champion of the `open` is not read any more. */
  readonly promote: Operation<Version & ByEvaluation & { readonly champion?: number | null }, Promotion>;
  /** `outcome` is absent in older runs: rolled back. */
  readonly rollback: Operation<
    Version & { readonly reasons: readonly string[]; readonly outcome?: Withdrawal },
    { readonly revision: number }
  >;
  /** Null when what it was evaluated on is gone. */
  readonly reevaluate: Operation<NoArguments, EvaluateResult | null>;
};

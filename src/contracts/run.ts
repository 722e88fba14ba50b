import type { CacheSpec, FailurePolicy, Plan, ResourceSpec, StepKind } from './plan.js';
import type { GateState } from './run/gates.js';
import type { ControlRecord } from './run/live-control.js';
import type { JsonObject, JsonValue } from './json.js';
import type { PoolQueue } from './plan/queues.js';
import type { StoredValue } from './store/stored-value.js';

/** The run and step that publish something; recorded with it. */
export type RunIdentity = {
  readonly pipeline: string;
  readonly planHash: string;
  readonly workflowId: string;
  readonly runId: string;
  /** For a run that recovers another one: the first run of the chain, whose checkpoints this one continues from. */
  readonly origin?: RunOrigin;
};

export type RunOrigin = { readonly workflowId: string; readonly runId: string };

/** The one argument of every step activity. `config` has its parameters put in, `inputs` their values. */
export type StepTask = {
  readonly run: RunIdentity;
  readonly step: string;
  readonly kind: StepKind;
  /** Part of a stage with several activities (`register`, `shift`, ...); the step's own id for the main one. */
  readonly operation: string;
  /** Distinguishes repeated calls of one operation in one run, e.g. canary positions. */
  readonly occurrence: number;
  readonly config: JsonObject;
  readonly inputs: JsonObject;
  readonly parameters: JsonObject;
  /** Arguments that the stage's workflow code adds for this operation. */
  readonly arguments: JsonObject;
  /** Which run of the bodies around the step: `[3]` in a map, `[3][0]` in a map inside it; empty or absent outside of bodies. */
  readonly instance?: string;
  /** For a local activity, which cannot be given an id: the id that it would have. */
  readonly activityId?: string;
  /** For a repeated light step: Temporal does not count its attempts. */
  readonly attempt?: number;
  /** An activity for the same may have recorded its outcome: one that was lost with its worker, or one of an earlier round of the body around. */
  readonly again?: true;
  /** Absent: the step is not cached across runs. `use` false: the result is computed and kept, but none is taken; `forced`: for this step alone. */
  readonly cache?: CacheSpec & { readonly use: boolean; readonly forced?: true };
  /** What the step asked for, for the worker that hands out devices. */
  readonly resources?: ResourceSpec;
  readonly live?: JsonObject;
  /** The queue of the workflow, on which the step starts others; absent in tasks of runs that did not tell it. */
  readonly workflowQueue?: string;
  /** Most bytes of JSON of the result that the run takes into its history; the rest goes to the store. Absent: the result comes whole. */
  readonly inlineBytes?: number;
};

export type StepOutcome = {
  readonly result: JsonValue;
  readonly metrics: { readonly [name: string]: number };
  /** True when a recorded result was used: of an earlier attempt, or of another run. */
  readonly cached: boolean;
  /** Seconds of the work itself; of the original when it was taken from a record. */
  readonly seconds: number;
};

export type StepStatus = 'pending' | 'running' | 'waiting' | 'blocked' | 'succeeded' | 'failed' | 'skipped' | 'cancelled';

/** Why a step or a run failed: a code of docs/errors.md, the message, and details by code. */
export type StepFailure = { readonly code: string; readonly message: string; readonly details: JsonValue };

/** Runs of the body of a map or loop: ended well, ended badly, and how many there are to be. */
export type StepItems = { readonly done: number; readonly failed: number; readonly total: number };

/** In which way a step that succeeded ended: a model can be rejected, a roll-out rolled back, without any failure. */
export type StepVerdict = {
  /** `EvaluationDecision` of an evaluate step, `outcome` of a deploy step. */
  readonly decision: string;
  readonly reasons: readonly string[];
};

/** The state of one step. Times are ISO texts, null before they are known. */
export type StepState = {
  readonly id: string;
  readonly kind: StepKind;
  readonly status: StepStatus;
  readonly onFailure: FailurePolicy;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly seconds: number | null;
  readonly cached: boolean;
  readonly metrics: { readonly [name: string]: number };
  readonly failure: StepFailure | null;
  /** What a waiting or blocked step waits for, in words. */
  readonly waitingFor: string | null;
  /** Where it runs; absent: on the queue of the run. */
  readonly pool?: string;
  /** Why it was skipped. */
  readonly reason?: string;
  /** For an evaluate or deploy step that has succeeded. */
  readonly verdict?: StepVerdict;
  /** For a map or loop that has started. */
  readonly items?: StepItems;
  /** Workflow id of the run whose result was taken over instead of running the step. */
  readonly reusedFrom?: string;
  /** For a `call`: workflow id of the run that it started. */
  readonly run?: string;
};

/** How everything but the clean-up ended; what a clean-up step is told. */
export type RunOutcome = {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** Steps that failed, also those whose failure the run survived. */
  readonly failures: readonly { readonly step: string; readonly code: string; readonly message: string }[];
};

/** The state of a run and of each of its steps, as the query `status` answers it. */
export type RunStatus = {
  readonly pipeline: string;
  readonly planHash: string;
  readonly status: 'running' | 'waiting' | 'blocked' | 'succeeded' | 'failed' | 'cancelled';
  readonly parameters: JsonObject;
  readonly steps: readonly StepState[];
  /** Gates that have opened; absent when none has. */
  readonly gates?: readonly GateState[];
  /** Orders to its running steps, the newest 100; absent when there was none. */
  readonly controls?: readonly ControlRecord[];
  /** What the run waits for before its first step, in words. */
  readonly waitingFor?: string;
  /** Why it failed before it had a plan. */
  readonly failure?: StepFailure;
  /** What whoever started it should know of how it goes, in words; absent: nothing. */
  readonly remarks?: readonly string[];
};

/** Result of a run: each step's result by id. */
export type RunResult = {
  /** What the pipeline's builder returned; absent when it returned nothing. */
  readonly result?: JsonValue;
  readonly pipeline: string;
  readonly planHash: string;
  readonly status: 'succeeded' | 'failed';
  readonly results: { readonly [step: string]: JsonValue };
  readonly steps: readonly StepState[];
  /** Set when results and steps are too large for one answer: the artifact that holds `{ results, steps }`. Both are then empty here. */
  readonly stored?: StoredValue;
};

/** What a run was started from: hash of the plan, and of the code of the steps where it is known. */
export type PlanExpectation = { readonly plan: string; readonly code?: string };

/** How a run was asked to go; travels in the memo of its start under `RUN_OPTIONS_MEMO`. */
export type RunOptions = {
  /** Author of the run. */
  readonly author?: string;
  /** False: no result of another run is used. */
  readonly cache?: boolean;
  /** Steps that run although a cached result is there. */
  readonly force?: readonly string[];
  /** Results of finished steps of another run that this one takes over instead of running them. */
  readonly reuse?: {
    readonly workflowId: string;
    readonly runId: string;
    readonly steps: readonly string[];
    /** Calls take the runs that the other run, or one that it recovered, has called; see `ReusedResults.earlier`. Absent: each starts a new one. */
    readonly calls?: true;
  };
  /** The plan is the one that this run recorded, not the one that the worker has now. */
  readonly pin?: { readonly workflowId: string; readonly runId: string };
  /** The run fails when its worker has another plan than this one. Absent: it takes the one that the worker has. */
  readonly expects?: PlanExpectation;
  readonly team?: string;
  readonly priority?: number;
  /** How many runs called each other before this one; absent: none. */
  readonly depth?: number;
};

export const RUN_OPTIONS_MEMO = 'perennial';

/** Where a step runs. */
export type Placement = {
  readonly pool: string;
  readonly taskQueue: PoolQueue;
  /** Limit of the pool over all workers; absent: no limit. */
  readonly limit?: number;
};

/** Results taken over from another run, by step id. */
export type ReusedResults = {
  readonly from: string;
  /** Absent when the run repeats another one, and when an older worker answered. */
  readonly origin?: RunOrigin;
  /** The runs that this one recovers, newest first: a call takes the run that one of them called. Absent: calls start new runs. */
  readonly earlier?: readonly RunOrigin[];
  readonly results: { readonly [step: string]: JsonValue };
};

export type ResolvedPlan = {
  readonly plan: Plan;
  readonly parameters: JsonObject;
  /** By step id, those of bodies too; a step that is not named runs on the queue of its workflow. */
  readonly placement?: { readonly [step: string]: Placement };
  /** Results taken over from another run, by step id. */
  readonly reused?: ReusedResults;
  /** What the starter of the run should know; absent: nothing. */
  readonly remarks?: readonly string[];
  /** Absent in what older workers answered: all that the run carries is carried whole. */
  readonly carriage?: Carriage;
};

/** How a run carries what would be too much for its history: by reference. */
export type Carriage = {
  /** The parameters as tasks take them; null when they are small enough to be in each. */
  readonly parameters: StoredValue | null;
};

/** Arguments of the updates that a run answers. */
export type ApproveInput = { readonly step: string; readonly by: string; readonly reason?: string };
export type RejectInput = { readonly step: string; readonly by: string; readonly reason: string };
export type ResumeInput = {
  readonly step: string;
  readonly action: 'retry' | 'skip' | 'use';
  readonly result?: JsonValue;
  readonly by?: string;
};

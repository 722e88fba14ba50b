import type { FailurePolicy, Plan, StepKind } from './plan.js';
import type { JsonObject, JsonValue } from './json.js';

/** Who and what a step runs for; recorded with everything that it publishes. */
export type RunIdentity = {
  readonly pipeline: string;
  readonly planHash: string;
  readonly workflowId: string;
  readonly runId: string;
};

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
};

export type StepOutcome = {
  readonly result: JsonValue;
  readonly metrics: { readonly [name: string]: number };
  /** True when an earlier attempt of this run had finished and its recorded result was used. */
  readonly cached: boolean;
  readonly seconds: number;
};

export type StepStatus = 'pending' | 'running' | 'waiting' | 'blocked' | 'succeeded' | 'failed' | 'skipped' | 'cancelled';

export type StepFailure = { readonly code: string; readonly message: string; readonly details: JsonValue };

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
};

export type RunStatus = {
  readonly pipeline: string;
  readonly planHash: string;
  readonly status: 'running' | 'waiting' | 'blocked' | 'succeeded' | 'failed' | 'cancelled';
  readonly parameters: JsonObject;
  readonly steps: readonly StepState[];
};

/** Result of a run: each step's result by id. */
export type RunResult = {
  readonly pipeline: string;
  readonly planHash: string;
  readonly status: 'succeeded' | 'failed';
  readonly results: { readonly [step: string]: JsonValue };
  readonly steps: readonly StepState[];
};

export type ResolvedPlan = { readonly plan: Plan; readonly parameters: JsonObject };

/** Arguments of the updates that a run answers. */
export type ApproveInput = { readonly step: string; readonly by: string; readonly reason?: string };
export type RejectInput = { readonly step: string; readonly by: string; readonly reason: string };
export type ResumeInput = {
  readonly step: string;
  readonly action: 'retry' | 'skip' | 'use';
  readonly result?: JsonValue;
  readonly by?: string;
};

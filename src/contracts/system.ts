import type { DecisionRecord } from './run/gates.js';
import type { AdmissionAsk } from './entities/admission.js';
import type { ArtifactRef } from './artifact.js';
import type { OrdersWrite } from './run/live-control.js';
import type { JsonObject, JsonPrimitive, JsonValue } from './json.js';
import type { MapContext } from './stages/map.js';
import type { MonitorWindowRequest, WindowReport } from './entities/monitoring.js';
import type { Plan, PlanStep, StageKind } from './plan.js';
import type { RunEnd } from './run/run-manifest.js';
import type { Placement, ResolvedPlan, RunOptions, RunOrigin } from './run.js';
import type { StoredValue } from './store/stored-value.js';

/** Input of the workflows that run one stage alone (`trainModel`, ...). */
export type StageStart = {
  readonly pipeline: string;
  /** Id of the step; may be left out when the pipeline has one step of the stage. */
  readonly step?: string;
  readonly params?: JsonObject;
  /** By input name: a value, an artifact reference, or `<kind>/<id>` of an artifact. */
  readonly inputs?: JsonObject;
};

export type ResolvedStage = {
  readonly plan: Plan;
  readonly parameters: JsonObject;
  readonly step: PlanStep;
  /** Absent: on the queue of the workflow. */
  readonly placement?: Placement;
  /** With artifact names replaced by references. */
  readonly inputs: JsonObject;
};

/** What a run asks for when it starts. */
export type PlanRequest = {
  readonly pipeline: string;
  readonly parameters: JsonValue;
  /** ISO: what `ScheduledTimeMarker`s among the parameters are made of. Without it they are left as they are. */
  readonly scheduledAt?: string;
  /** As in `RunOptions`. */
  readonly reuse?: NonNullable<RunOptions['reuse']>;
  readonly pin?: NonNullable<RunOptions['pin']>;
  readonly expects?: NonNullable<RunOptions['expects']>;
};

/** A part of a stored value as a condition sees it: of a list or an object no more than that it is one; null: there is no such part. */
export type ReadOperand = { readonly value: JsonPrimitive | readonly [] | { readonly [name: string]: never } } | null;

/** Type of the failure by which a worker tells that an attempt died with another process. */
export const WORKER_LOST_TYPE = 'WORKER_LOST';

/** A run that a step has started, and what it gave. */
export type CalledRun = { readonly workflowId: string; readonly end: JsonValue };

/** Which called run a recovered run may take: the run of this pipeline, with these parameters, that a call in an earlier run started. */
export type CallSearch = {
  readonly pipeline: string;
  readonly parameters: JsonObject;
  /** The step and its instance, `train[3]`. */
  readonly call: string;
  /** Newest first. */
  readonly earlier: readonly RunOrigin[];
};

/** Activities of every worker, beside those of its pipelines; their names are wire names. */
export interface SystemActivities {
  /** What the shards of a map have to know. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
  readMapContext(input: { readonly context: ArtifactRef<'value'> }): Promise<MapContext>;
  /** EXECUTION_UNKNOWN_PIPELINE, EXECUTION_PLAN_DIFFERS, AUTHORING_PARAMETERS_INVALID, SCHEDULES_SCHEDULED_TIME. */
  resolvePlan(input: PlanRequest): Promise<ResolvedPlan>;
  /** As `resolvePlan`, and EXECUTION_UNKNOWN_STEP, EXECUTION_INPUT_MISSING, ARTIFACT_NOT_FOUND. */
  resolveStage(input: StageStart & { readonly kind: StageKind }): Promise<ResolvedStage>;
  /** Appends to the decision log of a run; the same record again changes nothing. */
  recordDecision(record: DecisionRecord): Promise<void>;
  /** For a pool or pipeline with a limit: the answer comes by the signal `admitted`. */
  askAdmission(input: AdmissionAsk): Promise<void>;
  /** Puts a value into the store for a run that is not to carry it. */
  storeValue(input: { readonly value: JsonValue }): Promise<StoredValue>;
  /** The value with what lies in the store put back. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
  loadValue(input: { readonly value: JsonValue }): Promise<{ readonly value: JsonValue }>;
  /** What conditions read of stored values, in order. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
  readOperands(input: { readonly values: readonly StoredValue[] }): Promise<readonly ReadOperand[]>;
  /** The called run of this id, or of a later round of the same step, that has succeeded; null when none has. */
  findCalledRun(input: { readonly workflowId: string }): Promise<CalledRun | null>;
  /** As `findCalledRun`, of a call in one of several earlier runs; waits for one that is still under way. */
  takeCalledRun(input: CallSearch): Promise<CalledRun | null>;
  /** Writes the manifest of a run that has ended. */
  recordRun(end: RunEnd): Promise<void>;
  /** Orders to a running step, where its attempts look for them. */
  writeOrders(input: OrdersWrite): Promise<void>;
  closeMonitorWindow(input: MonitorWindowRequest): Promise<WindowReport>;
}

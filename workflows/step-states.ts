import type { JsonValue } from '../src/contracts/json.js';
import type { PlanStep } from '../src/contracts/plan.js';
import type { RunOutcome, RunStatus, StepFailure, StepItems, StepOutcome, StepState, StepStatus } from '../src/contracts/run.js';
import type { Cancellable } from './cancellable.js';
import type { Gate } from './gate.js';

/** A graph that is being carried out, as seen from outside of it. */
export interface Scope {
  readonly records: ReadonlyMap<string, StepRecord>;
  /** The word for it as it is now; says what needs a person first. */
  standing(): RunStatus['status'];
  /** What its steps wait for, each with its step, bodies inside included. */
  waits(): readonly string[];
  /** This scope and those of the bodies that are under way inside it. */
  everyScope(): readonly Scope[];
  /** A step's id with its instance: `review[3]`. */
  nameOf(record: StepRecord): string;
  succeed(record: StepRecord, result: JsonValue): void;
  skip(record: StepRecord): void;
  retry(record: StepRecord): void;
  cancelStep(record: StepRecord): void;
  /** EXECUTION_APPROVAL_REFUSED when the gate does not take it. */
  answerGate(record: StepRecord, action: 'approve' | 'reject', by: string, reason: string | null): void;
}

/** A step while its scope is carried out. */
export type StepRecord = {
  readonly step: PlanStep;
  status: StepStatus;
  round: number;
  startedAt: string | null;
  finishedAt: string | null;
  outcomes: StepOutcome[];
  failure: StepFailure | null;
  waitingFor: string | null;
  work: Cancellable<unknown> | null;
  cancelling: boolean;
  items: StepItems | null;
  /** Of a call: the run that it has started. */
  run: string | null;
  /** Why it was skipped. */
  reason: string | null;
  /** The run whose result was taken over. */
  reusedFrom: string | null;
  /** Runs of the step's body that are under way. */
  readonly bodies: Set<Scope>;
  /** Of a gate that has opened. */
  gate: Gate | null;
};

export function pendingRecord(step: PlanStep, round: number): StepRecord {
  return {
    step,
    status: 'pending',
    round,
    startedAt: null,
    finishedAt: null,
    outcomes: [],
    failure: null,
    waitingFor: null,
    work: null,
    cancelling: false,
    items: null,
    run: null,
    reason: null,
    reusedFrom: null,
    bodies: new Set(),
    gate: null,
  };
}

/** The status as others see it: a step whose bodies all wait for a person waits itself. */
export function standingOf(record: StepRecord): StepStatus {
  // Nothing inside a map waits for a person (rule `inside-a-map`), and there may be hundreds of bodies to ask.
  if (record.status !== 'running' || record.bodies.size === 0 || record.step.kind === 'map') return record.status;
  const standings = [...record.bodies].map((body) => body.standing());
  if (standings.includes('blocked')) return 'blocked';
  return standings.every((standing) => standing === 'waiting') ? 'waiting' : 'running';
}

export function stateOf(record: StepRecord): StepState {
  const { step, startedAt, finishedAt, outcomes, failure, items, run, reason, reusedFrom } = record;
  const status = standingOf(record);
  return {
    id: step.id,
    kind: step.kind,
    status,
    onFailure: step.onFailure,
    startedAt,
    finishedAt,
    seconds: startedAt === null || finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000,
    cached: outcomes.length > 0 && outcomes.every((outcome) => outcome.cached),
    metrics: Object.assign({}, ...outcomes.map((outcome) => outcome.metrics)) as StepState['metrics'],
    failure,
    waitingFor: waitingForOf(record, status),
    ...(reason === null ? {} : { reason }),
    ...(reusedFrom === null ? {} : { reusedFrom }),
    ...(items === null ? {} : { items }),
    ...(run === null ? {} : { run }),
  };
}

/** What a clean-up step is told of the rest of the run. */
export function outcomeOf(status: RunOutcome['status'], records: ReadonlyMap<string, StepRecord>): RunOutcome {
  const failures = [...records.values()].flatMap(({ step, status: end, failure }) =>
    end === 'failed' && failure !== null ? [{ step: step.id, code: failure.code, message: failure.message }] : [],
  );
  return { status, failures };
}

function waitingForOf(record: StepRecord, status: StepStatus): string | null {
  if (record.bodies.size === 0 || (status !== 'waiting' && status !== 'blocked')) return record.waitingFor;
  const inside = [...record.bodies].flatMap((body) => body.waits());
  return [record.waitingFor, ...inside].filter((text) => text !== null).join('; ');
}

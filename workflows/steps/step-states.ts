import type { GateState } from '../../src/contracts/run/gates.js';
import type { JsonValue } from '../../src/contracts/json.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type {
  RunOutcome,
  RunStatus,
  StepFailure,
  StepItems,
  StepOutcome,
  StepState,
  StepStatus,
  StepVerdict,
} from '../../src/contracts/run.js';
import { cutText } from '../../src/errors/bounded-failure.js';
import type { Cancellable } from '../temporal/cancellable.js';
import type { Gate } from '../stages/gate/gate.js';

/** A graph that is being carried out, as seen from outside of it. */
export interface Scope {
  readonly records: ReadonlyMap<string, StepRecord>;
  /** The word for it as it is now; says what needs a person first. */
  standing(): RunStatus['status'];
  /** What its steps wait for, each with its step, bodies inside included. */
  waits(): readonly string[];
  /** This scope and those of the bodies that are under way inside it. */
  everyScope(): readonly Scope[];
  /** The approvals that have opened, those of bodies included. Nothing inside a map waits for a person (rule `inside-a-map`). */
  gates(): readonly GateState[];
  /** A step's id with its instance: `review[3]`. */
  nameOf(record: StepRecord): string;
  succeed(record: StepRecord, result: JsonValue): void;
  skip(record: StepRecord): void;
  retry(record: StepRecord): void;
  cancelStep(record: StepRecord): void;
  /** EXECUTION_APPROVAL_REFUSED when the approval does not take it. */
  answerGate(record: StepRecord, action: 'approve' | 'reject', by: string, reason: string | null): void;
}

/** A step while its scope is carried out. */
export type StepRecord = {
  readonly step: PlanStep;
  status: StepStatus;
  round: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** From start to end; null while it has not ended. */
  seconds: number | null;
  outcomes: StepOutcome[];
  failure: StepFailure | null;
  waitingFor: string | null;
  work: Cancellable<unknown> | null;
  cancelling: boolean;
  items: StepItems | null;
  /** For a call: the run that it has started. */
  run: string | null;
  /** Why it was skipped. */
  reason: string | null;
  verdict: StepVerdict | null;
  /** The run whose result was taken over. */
  reusedFrom: string | null;
  /** Runs of the step's body that are under way. */
  readonly bodies: Set<Scope>;
  /** For an approval that has opened. */
  gate: Gate | null;
};

export function pendingRecord(step: PlanStep, round: number): StepRecord {
  return {
    step,
    status: 'pending',
    round,
    startedAt: null,
    finishedAt: null,
    seconds: null,
    outcomes: [],
    failure: null,
    waitingFor: null,
    work: null,
    cancelling: false,
    items: null,
    run: null,
    reason: null,
    verdict: null,
    reusedFrom: null,
    bodies: new Set(),
    gate: null,
  };
}

export function isUnderWay({ status }: StepRecord): boolean {
  return status === 'running' || status === 'waiting';
}

/** The status as others see it: a step whose bodies all wait for a person waits itself. */
export function standingOf(record: StepRecord): StepStatus {
  // Bodies of a map wait since nobody, and there may be hundreds to ask.
  if (record.status !== 'running' || record.bodies.size === 0 || record.step.kind === 'map') return record.status;
  const standings = [...record.bodies].map((body) => body.standing());
  if (standings.includes('blocked')) return 'blocked';
  return standings.every((standing) => standing === 'waiting') ? 'waiting' : 'running';
}

export function stateOf(record: StepRecord): StepState {
  const { step, startedAt, finishedAt, seconds, outcomes, failure, items, run, reason, verdict, reusedFrom } = record;
  const status = standingOf(record);
  return {
    id: step.id,
    kind: step.kind,
    status,
    onFailure: step.onFailure,
    startedAt,
    finishedAt,
    seconds,
    cached: outcomes.length > 0 && outcomes.every((outcome) => outcome.cached),
    metrics: Object.assign({}, ...outcomes.map((outcome) => outcome.metrics)) as StepState['metrics'],
    failure,
    waitingFor: waitingForOf(record, status),
    ...(reason === null ? {} : { reason }),
    ...(verdict === null ? {} : { verdict }),
    ...(reusedFrom === null ? {} : { reusedFrom }),
    ...(items === null ? {} : { items }),
    ...(run === null ? {} : { run }),
  };
}

/** How long a step that has ended took; null when it never started. */
export function secondsOf({ startedAt, finishedAt }: StepRecord): number | null {
  return startedAt === null || finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}

/** So many failed steps are told of with all that is known of them; when there are more, of those after them only a short message. */
const TOLD_WHOLE = 50;
const SHORT_MESSAGE = 200;

/** States in a size that one answer can hold, whatever the number of steps that failed. */
export function boundStates(states: readonly StepState[]): StepState[] {
  let failed = 0;
  return states.map((state) => {
    if (state.failure === null || (failed += 1) <= TOLD_WHOLE) return state;
    const { code, message } = state.failure;
    return { ...state, failure: { code, message: cutText(message, SHORT_MESSAGE), details: null } };
  });
}

/** What a clean-up step gets to know about the rest of the run. */
export function outcomeOf(status: RunOutcome['status'], records: ReadonlyMap<string, StepRecord>): RunOutcome {
  const failed = [...records.values()].flatMap(({ step, status: end, failure }) =>
    end === 'failed' && failure !== null ? [{ step: step.id, code: failure.code, message: failure.message }] : [],
  );
  const most = failed.length > TOLD_WHOLE ? SHORT_MESSAGE : Infinity;
  return { status, failures: failed.map((failure) => ({ ...failure, message: cutText(failure.message, most) })) };
}

/** The failure of the step that failed its scope, told with the name of that step. */
export function decisiveFailure(records: readonly StepRecord[], nameOf: (record: StepRecord) => string): StepFailure {
  const failed = records.filter((record) => record.failure !== null && record.step.onFailure === 'fail');
  const first = failed.find((record) => record.status === 'failed') ?? failed[0];
  if (first?.failure == null) {
    return { code: 'EXECUTION_RUN_FAILED', message: 'the steps of the body wait for each other', details: null };
  }
  const { code, message, details } = first.failure;
  return { code, message: `step "${nameOf(first)}" failed: ${message}`, details: { step: nameOf(first), details } };
}

function waitingForOf(record: StepRecord, status: StepStatus): string | null {
  if (record.bodies.size === 0 || (status !== 'waiting' && status !== 'blocked')) return record.waitingFor;
  const inside = [...record.bodies].flatMap((body) => body.waits());
  return [record.waitingFor, ...inside].filter((text) => text !== null).join('; ');
}

import type { JsonObject, JsonValue } from '../src/contracts/json.js';
import type { Plan, PlanStep } from '../src/contracts/plan.js';
import type {
  ApproveInput,
  RejectInput,
  ResumeInput,
  RunResult,
  RunStatus,
  StepFailure,
  StepOutcome,
  StepState,
  StepStatus,
} from '../src/contracts/run.js';
import type { GateResult } from '../src/contracts/stages.js';
import { PipelineError } from '../src/errors/pipeline-error.js';
import { resolveConfig } from '../src/pipeline/resolve-config.js';
import { decide } from '../src/pipeline/scheduler.js';
import { bindInputs } from './bindings.js';
import { cancelledFailure, type FailureReader } from './step-failure.js';

/** Work under way that can be asked to stop; `done` then rejects with a cancellation. */
export type Cancellable<T> = { readonly done: Promise<T>; cancel(): void };

export type StepCall = {
  readonly step: PlanStep;
  /** 0 at first; grows by one each time a person lets a blocked step try again. */
  readonly round: number;
  readonly config: JsonObject;
  readonly inputs: JsonObject;
  readonly describe: (waitingFor: string | null) => void;
  readonly record: (outcome: StepOutcome) => void;
};

/** What a run needs from where it lives: a Temporal workflow, or this process. */
export interface RunSurroundings {
  now(): number;
  runStep(call: StepCall): Cancellable<JsonValue>;
  timer(ms: number): Cancellable<void>;
  readonly failureOf: FailureReader;
  /** Called after every change of the status. */
  changed(status: RunStatus): void;
}

type StepRecord = {
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
};

export type CancelStepInput = { readonly step: string; readonly by?: string };

/** Carries a plan out: asks the scheduler what to do, does it, and tells it what happened. Knows nothing of Temporal. */
export class RunDriver {
  readonly #plan: Plan;
  readonly #parameters: JsonObject;
  readonly #surroundings: RunSurroundings;
  readonly #records: ReadonlyMap<string, StepRecord>;
  readonly #results = new Map<string, JsonValue>();
  #cancelled = false;
  #verdict: RunStatus['status'] = 'running';
  #finish: ((verdict: RunStatus['status']) => void) | null = null;

  constructor(plan: Plan, parameters: JsonObject, surroundings: RunSurroundings) {
    this.#plan = plan;
    this.#parameters = parameters;
    this.#surroundings = surroundings;
    this.#records = new Map(plan.steps.map((step) => [step.id, pendingRecord(step, 0)]));
  }

  /** Resolves with `succeeded`, `failed` or `cancelled` when nothing is left to do; never rejects. */
  run(): Promise<RunStatus['status']> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#advance();
    });
  }

  status(): RunStatus {
    return {
      pipeline: this.#plan.pipeline,
      planHash: this.#plan.hash,
      status: this.#verdict,
      parameters: this.#parameters,
      steps: [...this.#records.values()].map(stateOf),
    };
  }

  /** Null while the run is unfinished or when it was cancelled. */
  result(): RunResult | null {
    if (this.#verdict !== 'succeeded' && this.#verdict !== 'failed') return null;
    const { pipeline, planHash, steps } = this.status();
    return { pipeline, planHash, status: this.#verdict, results: Object.fromEntries(this.#results), steps };
  }

  /** Stops the run: cancels what is active, starts nothing more. */
  cancel(): void {
    this.#cancelled = true;
    this.#advance();
  }

  checkWaiting(input: { readonly step: string }): void {
    this.#expect(input.step, ['waiting'], 'waits for approval');
  }

  approve(input: ApproveInput): void {
    const record = this.#expect(input.step, ['waiting'], 'waits for approval');
    record.work?.cancel();
    const result: GateResult = { approved: true, by: input.by, reason: input.reason ?? null };
    this.#succeed(record, result);
  }

  reject(input: RejectInput): void {
    const record = this.#expect(input.step, ['waiting'], 'waits for approval');
    record.work?.cancel();
    const message = `gate "${input.step}" was rejected by ${input.by}: ${input.reason}`;
    this.#fail(record, { code: 'EXECUTION_GATE_REJECTED', message, details: { by: input.by, reason: input.reason } });
  }

  checkResume(input: ResumeInput): void {
    this.#expect(input.step, ['blocked'], 'is blocked');
    if (!['retry', 'skip', 'use'].includes(input.action))
      throw refused(`"${input.action}" is not an action`, 'retry, skip or use');
    if (input.action === 'use' && input.result === undefined)
      throw refused('the action "use" came without a result', 'a field "result"');
  }

  resume(input: ResumeInput): void {
    this.checkResume(input);
    const record = this.#expect(input.step, ['blocked'], 'is blocked');
    if (input.action === 'use' && input.result !== undefined) {
      this.#succeed(record, input.result);
      return;
    }
    if (input.action === 'skip') this.#end(record, 'skipped');
    else Object.assign(record, pendingRecord(record.step, record.round + 1));
    this.#advance();
  }

  checkCancelStep(input: CancelStepInput): void {
    this.#expect(input.step, ['running', 'waiting', 'blocked'], 'is active');
  }

  cancelStep(input: CancelStepInput): void {
    const record = this.#expect(input.step, ['running', 'waiting', 'blocked'], 'is active');
    this.#cancelRecord(record);
    this.#advance();
  }

  #expect(id: string, statuses: readonly StepStatus[], state: string): StepRecord {
    const record = this.#records.get(id);
    if (record !== undefined && statuses.includes(record.status)) return record;
    const candidates = [...this.#records.values()]
      .filter((other) => statuses.includes(other.status))
      .map((other) => other.step.id);
    const received = record === undefined ? `"${id}", which is no step of the plan` : `"${id}", which is ${record.status}`;
    throw refused(received, `a step that ${state} (now: ${candidates.join(', ') || 'none'})`);
  }

  #advance(): void {
    for (let settled = false; !settled;) {
      const statuses = new Map([...this.#records].map(([id, record]) => [id, record.status]));
      const decision = decide(this.#plan.steps, statuses, this.#cancelled);
      this.#verdict = decision.verdict;
      for (const id of decision.skip) this.#end(this.#record(id), this.#cancelled ? 'cancelled' : 'skipped');
      for (const id of decision.cancel) this.#cancelRecord(this.#record(id));
      for (const id of decision.start) this.#start(this.#record(id));
      settled = [...this.#records].every(([id, record]) => statuses.get(id) === record.status);
    }
    this.#surroundings.changed(this.status());
    if (['succeeded', 'failed', 'cancelled'].includes(this.#verdict)) this.#finish?.(this.#verdict);
  }

  #record(id: string): StepRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw refused(`"${id}", which is no step of the plan`, [...this.#records.keys()].join(', '));
    return record;
  }

  #start(record: StepRecord): void {
    const { step } = record;
    record.startedAt = this.#clock();
    record.status = step.kind === 'gate' ? 'waiting' : 'running';
    try {
      const config = resolveConfig(step.config, this.#parameters);
      if (step.kind === 'gate') this.#openGate(record, config);
      else this.#startStep(record, config, bindInputs(step.inputs, this.#results, step.id));
    } catch (error) {
      this.#settleFailure(record, this.#surroundings.failureOf(error));
    }
  }

  #startStep(record: StepRecord, config: JsonObject, inputs: JsonObject): void {
    const { round } = record;
    const work = this.#surroundings.runStep({
      step: record.step,
      round,
      config,
      inputs,
      describe: (waitingFor) => {
        record.waitingFor = waitingFor;
        this.#surroundings.changed(this.status());
      },
      record: (outcome) => {
        record.outcomes.push(outcome);
      },
    });
    record.work = work;
    work.done.then(
      (result) => {
        this.#succeed(record, result);
      },
      (error: unknown) => {
        this.#fail(record, this.#surroundings.failureOf(error));
      },
    );
  }

  #openGate(record: StepRecord, config: JsonObject): void {
    const { message, expiresMs } = config;
    record.waitingFor = typeof message === 'string' ? message : 'approval';
    if (typeof expiresMs !== 'number') return;
    const timer = this.#surroundings.timer(expiresMs);
    record.work = timer;
    const { round } = record;
    const expire = (): void => {
      if (record.status !== 'waiting' || record.round !== round) return;
      const text = `gate "${record.step.id}" was not answered within ${expiresMs} ms`;
      this.#fail(record, { code: 'EXECUTION_GATE_EXPIRED', message: text, details: { expiresMs } });
    };
    timer.done.then(expire, () => undefined);
  }

  #succeed(record: StepRecord, result: JsonValue): void {
    this.#results.set(record.step.id, result);
    record.failure = null;
    this.#end(record, 'succeeded');
    this.#advance();
  }

  #fail(record: StepRecord, failure: StepFailure): void {
    this.#settleFailure(record, failure);
    this.#advance();
  }

  #settleFailure(record: StepRecord, failure: StepFailure): void {
    record.failure = failure;
    const stopping = this.#cancelled || record.cancelling;
    if (record.step.onFailure === 'block' && !stopping) {
      this.#end(record, 'blocked');
      record.waitingFor = `resume (retry, skip or use): ${failure.message}`;
      return;
    }
    this.#end(record, failure.code === 'EXECUTION_STEP_CANCELLED' ? 'cancelled' : 'failed');
  }

  #cancelRecord(record: StepRecord): void {
    if (record.cancelling) return;
    record.cancelling = true;
    record.work?.cancel();
    if (record.status === 'running') return;
    record.failure ??= cancelledFailure(record.step.id);
    this.#end(record, 'cancelled');
  }

  #end(record: StepRecord, status: StepStatus): void {
    record.status = status;
    record.finishedAt = this.#clock();
    record.waitingFor = null;
    record.work = null;
  }

  #clock(): string {
    return new Date(this.#surroundings.now()).toISOString();
  }
}

function pendingRecord(step: PlanStep, round: number): StepRecord {
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
  };
}

function stateOf(record: StepRecord): StepState {
  const { step, status, startedAt, finishedAt, outcomes, failure, waitingFor } = record;
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
    waitingFor,
  };
}

function refused(received: string, expected: string): PipelineError {
  return new PipelineError('EXECUTION_UPDATE_REFUSED', { what: 'the update cannot be carried out', expected, received });
}

import type { DecisionRecord } from '../../src/contracts/run/gates.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { Plan, PlanStep } from '../../src/contracts/plan.js';
import type {
  ApproveInput,
  RejectInput,
  ResumeInput,
  RunResult,
  RunStatus,
  StepState,
  StepStatus,
} from '../../src/contracts/run.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { GraphScope } from '../scope/graph-scope.js';
import type { ScopeContent } from '../scope/scope-content.js';
import type { ScopeSurroundings } from '../scope/scope-surroundings.js';
import { type Scope, stateOf, type StepRecord } from '../steps/step-states.js';

/** What a run needs from where it lives: a Temporal workflow, or this process. */
export interface RunSurroundings extends Omit<ScopeSurroundings, 'changed' | 'parameters'> {
  /** Called after every change of the status. `waiting` gives the steps that wait for somebody then, those inside bodies too. */
  changed(status: RunStatus, waiting: () => readonly WaitingStep[]): void;
}

/** A step that waits for a person. `escalated`: an approval that more people may answer, since it has waited long enough. */
export type WaitingStep = StepState & { readonly escalated: boolean };

export type CancelStepInput = { readonly step: string; readonly by?: string };

/** A step that runs, and the id of the activity that carries it out. */
export type RunningStep = { readonly step: PlanStep; readonly activityId: string };

/** A step that a message names, and the scope that carries it out. */
type Place = { readonly scope: Scope; readonly record: StepRecord };

/** Carries a plan out, and answers those who ask about it or steer it. Knows nothing of Temporal. */
export class RunDriver {
  readonly #plan: Plan;
  readonly #parameters: JsonObject;
  readonly #scope: GraphScope;
  readonly #surroundings: RunSurroundings;
  #verdict: RunStatus['status'] = 'running';

  /**
   * @param place - of one step that is carried out alone: its instance, and where the results of others are; of a run that takes results
   *   of another one over: these.
   */
  constructor(
    plan: Plan,
    parameters: JsonObject,
    surroundings: RunSurroundings,
    place: Partial<Omit<ScopeContent, 'steps'>> = {},
  ) {
    this.#plan = plan;
    this.#parameters = parameters;
    this.#surroundings = surroundings;
    this.#scope = new GraphScope(
      { steps: plan.steps, instance: '', outer: () => undefined, ...place },
      {
        ...surroundings,
        parameters,
        changed: () => {
          this.#verdict = this.#scope.standing();
          surroundings.changed(this.status(), () => this.waiting());
        },
      },
    );
  }

  /** Resolves with `succeeded`, `failed` or `cancelled` when nothing is left to do; never rejects. */
  run(): Promise<RunStatus['status']> {
    return this.#scope.run();
  }

  status(): RunStatus {
    const gates = this.#scope.gates();
    return {
      pipeline: this.#plan.pipeline,
      planHash: this.#plan.hash,
      status: this.#verdict,
      parameters: this.#parameters,
      steps: this.#scope.states(),
      ...(gates.length === 0 ? {} : { gates }),
    };
  }

  /** Gates that wait and steps that are blocked, by the names under which they are answered: `review[3]`. */
  waiting(): readonly WaitingStep[] {
    return this.#places()
      .filter(({ record: { status } }) => status === 'waiting' || status === 'blocked')
      .map(({ scope, record }) => ({
        ...stateOf(record),
        id: scope.nameOf(record),
        escalated: record.gate?.isEscalated ?? false,
      }));
  }

  /** Results of the steps that have succeeded so far. */
  results(): { readonly [step: string]: JsonValue } {
    return Object.fromEntries(this.#scope.results);
  }

  /** Null while the run is unfinished or when it was cancelled. */
  result(): RunResult | null {
    if (this.#verdict !== 'succeeded' && this.#verdict !== 'failed') return null;
    const { pipeline, planHash, steps } = this.status();
    const results = Object.fromEntries(this.#scope.results);
    return { pipeline, planHash, status: this.#verdict, ...this.#given(), results, steps };
  }

  /** The result that the run returns; null when its step was skipped. */
  #given(): Pick<RunResult, 'result'> {
    const { result } = this.#plan;
    if (result === undefined) return {};
    const known = this.#scope.results.has(result.step);
    return { result: known ? this.#scope.valueOf(result, `the result of ${this.#plan.pipeline}`) : null };
  }

  /** Stops the run: cancels what is active, starts nothing more. */
  cancel(): void {
    this.#scope.cancel();
  }

  /** EXECUTION_UPDATE_REFUSED when the step is no open approval, EXECUTION_APPROVAL_REFUSED when this person may not answer it. */
  checkAnswer(action: 'approve' | 'reject', input: { readonly step: string; readonly by: string }): void {
    this.#expect(input.step, ['waiting'], 'waits for approval').record.gate?.check(input.by, action);
  }

  approve(input: ApproveInput): void {
    const { scope, record } = this.#expect(input.step, ['waiting'], 'waits for approval');
    scope.answerGate(record, 'approve', input.by, input.reason ?? null);
  }

  reject(input: RejectInput): void {
    const { scope, record } = this.#expect(input.step, ['waiting'], 'waits for approval');
    scope.answerGate(record, 'reject', input.by, input.reason);
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
    const { scope, record } = this.#expect(input.step, ['blocked'], 'is blocked');
    this.#note(
      input,
      input.action,
      { retry: 'runs the step again', skip: 'skips the step', use: 'gives the step a result' }[input.action],
    );
    if (input.action === 'use' && input.result !== undefined) scope.succeed(record, input.result);
    else if (input.action === 'skip') scope.skip(record);
    else scope.retry(record);
  }

  checkCancelStep(input: CancelStepInput): void {
    this.#expect(input.step, ['running', 'waiting', 'blocked'], 'is active');
  }

  /** EXECUTION_UPDATE_REFUSED when the step does not run. */
  runningStep(input: { readonly step: string }): RunningStep {
    const { scope, record } = this.#expect(input.step, ['running'], 'runs');
    const round = record.round === 0 ? '' : `~${record.round + 1}`;
    return { step: record.step, activityId: `${scope.nameOf(record)}${round}` };
  }

  cancelStep(input: CancelStepInput): void {
    const { scope, record } = this.#expect(input.step, ['running', 'waiting', 'blocked'], 'is active');
    this.#note(input, 'cancel', 'cancels the step');
    scope.cancelStep(record);
  }

  #note({ step, by }: CancelStepInput, action: DecisionRecord['action'], counted: string): void {
    const at = new Date(this.#surroundings.now()).toISOString();
    this.#surroundings.decided(step, { action, by: by ?? null, reason: null, at, counted });
  }

  /** The step of that id and, inside bodies, instance: `review[3]`. */
  #expect(name: string, statuses: readonly StepStatus[], state: string): Place {
    const places = this.#places();
    const place = places.find(({ scope, record }) => scope.nameOf(record) === name);
    if (place !== undefined && statuses.includes(place.record.status)) return place;
    const candidates = places
      .filter(({ record }) => statuses.includes(record.status))
      .map(({ scope, record }) => scope.nameOf(record));
    const received =
      place === undefined ? `"${name}", which is no step of the plan` : `"${name}", which is ${standingInWords(place.record)}`;
    throw refused(received, `a step that ${state} (now: ${candidates.join(', ') || 'none'})`);
  }

  #places(): readonly Place[] {
    return this.#scope.everyScope().flatMap((scope) => [...scope.records.values()].map((record) => ({ scope, record })));
  }
}

function standingInWords({ status, gate, failure }: StepRecord): string {
  if (gate !== null) return gate.ended ?? status;
  return failure === null ? status : `${status}: ${failure.message}`;
}

function refused(received: string, expected: string): PipelineError {
  return new PipelineError('EXECUTION_UPDATE_REFUSED', { what: 'the update cannot be carried out', expected, received });
}

import type { StepDecision } from '../../src/contracts/run/gates.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type { StepItems, StepOutcome } from '../../src/contracts/run.js';
import type { ResultLookup } from './bindings.js';
import type { Cancellable } from '../temporal/cancellable.js';
import type { BodyInput } from '../stages/stage-host.js';
import type { OperandReader } from './scope-facts.js';
import type { FailureReader } from '../steps/step-failure.js';

/** One run of a body. `run` rejects with the failure of the body, EXECUTION_STEP_CANCELLED after `cancel`. */
export interface BodyRun {
  run(): Promise<JsonValue>;
  cancel(): void;
}

export type StepCall = {
  readonly step: PlanStep;
  /** Which run of the bodies around the step: `[3]`, `[3][0]`; empty outside of bodies. */
  readonly instance: string;
  /** 0 at first; grows by one each time a person lets a blocked step try again. */
  readonly round: number;
  /** The same of the steps around its body, summed. Above 0, what had succeeded in an earlier round is kept and not done again. */
  readonly ownerRound: number;
  readonly config: JsonObject;
  readonly inputs: JsonObject;
  readonly describe: (waitingFor: string | null) => void;
  readonly count: (items: StepItems) => void;
  readonly record: (outcome: StepOutcome) => void;
  /** Tells the id of the run that the step has started. */
  readonly called: (workflowId: string) => void;
  /** Results that the step can see: of the steps beside it and of those around its body. */
  readonly outer: ResultLookup;
  /** The same as conditions see them. */
  readonly facts: ResultLookup;
  /** One run of the step's body, not yet started. */
  readonly openBody: (input: BodyInput) => BodyRun;
};

/** What a scope needs from where it lives: a Temporal workflow, or this process. */
export interface ScopeSurroundings {
  readonly parameters: JsonObject;
  now(): number;
  /** Carries a step out. Its work must not end by itself when the scope around it is cancelled: the scope cancels each step. */
  runStep(call: StepCall): Cancellable<JsonValue>;
  timer(ms: number): Cancellable<void>;
  readonly failureOf: FailureReader;
  readonly readOperands: OperandReader;
  /** Author of the run; null when unknown. */
  readonly author: string | null;
  /** Writes a decision into the run's decision log. */
  decided(step: string, decision: StepDecision): void;
  /** Called after every change, also of the bodies inside. */
  changed(): void;
}

import type { StepTask } from '../../../contracts/run.js';
import type { StepContext } from '../../../pipeline/step-context.js';

/** What the wrapper of a step gives to the code that runs an attempt, in addition to the step context. */
export interface AttemptDesk {
  /** Whether the attempt waits for a store that is away, instead of failing. */
  readonly isPatient: boolean;
  /** False: a second execution is no option, whatever happened to the first. */
  readonly mayRepeat: boolean;
  readonly scratch: {
    /** The folder of the attempt, which need not be there. */
    path(): string;
    /** It was made by somebody else. */
    made(): void;
  };
  /** The code is ended by force when its grace is over: the wrapper need not give it up. */
  endsByForce(): void;
  /** Status and heartbeats say what the attempt waits for. */
  waits(what: string): void;
  works(): void;
  /** A word of ours in the log of the step. */
  remark(message: string): void;
}

/** Carries out an attempt of a step. */
export type AttemptWork = (task: StepTask, context: StepContext, desk: AttemptDesk) => Promise<unknown>;

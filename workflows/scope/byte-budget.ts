import type { StepOutcome, StepTask } from '../../src/contracts/run.js';

/** How a run shares out the bytes that it may take into its history. */
export type ByteBudgetSpec = {
  /** Bytes to share out. */
  readonly total: number;
  /** Most bytes of one grant. */
  readonly most: number;
  /** Bytes that are granted also when nothing is left. */
  readonly least: number;
  /** One grant is at most this part of what is left, so that many at once have some each. */
  readonly share: number;
};

/** Results that a run has in its history: up to 1 MiB whole or nearly so, from then on little more than a reference of each. */
export const RESULT_BYTES: ByteBudgetSpec = { total: 1024 ** 2, most: 32 * 1024, least: 1024, share: 1 / 32 };

/** Configuration and inputs in the tasks of a run: 4 MiB, from then on little more than a reference in each. */
export const TASK_BYTES: ByteBudgetSpec = { total: 4 * 1024 ** 2, most: 256 * 1024, least: 4 * 1024, share: 1 / 16 };

/** Small as they are, the fields that a workflow itself reads of the result of a stage are never left out. */
const LEAST_OF_STAGE = 8 * 1024;

/** Counts what goes into a history, so that its limits hold whatever the number of steps. */
export class ByteBudget {
  readonly #spec: ByteBudgetSpec;
  #left: number;

  constructor(spec: ByteBudgetSpec) {
    this.#spec = spec;
    this.#left = spec.total;
  }

  /** Sets bytes aside. What is not used is given back by `settle`. */
  grant(): number {
    const { most, least, share } = this.#spec;
    const granted = Math.min(most, Math.max(least, Math.floor(this.#left * share)));
    this.#left = Math.max(0, this.#left - granted);
    return granted;
  }

  settle(granted: number, used: number): void {
    this.#left = Math.max(0, this.#left + granted - used);
  }
}

/** Only of the main operation of a step the result is the step's: what the others give the workflow reads itself. */
export function withinResults(
  results: ByteBudget,
  task: StepTask,
  run: (task: StepTask) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  if (task.operation !== task.kind) return run(task);
  const granted = results.grant();
  const inlineBytes = task.kind === 'step' || task.kind === 'command' ? granted : Math.max(granted, LEAST_OF_STAGE);
  return run({ ...task, inlineBytes }).then(
    (outcome) => {
      results.settle(granted, lengthOf(outcome.result));
      return outcome;
    },
    (error: unknown) => {
      results.settle(granted, 0);
      throw error;
    },
  );
}

/** Characters of JSON: for a budget as good as bytes. */
export const lengthOf = (value: unknown): number => JSON.stringify(value).length;

import type { JsonObject } from '../../contracts/json.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import type { StepLog } from '../../pipeline/step-context.js';

/** One attempt of one operation of a step: its start, or its end. */
export type AttemptEvent = {
  readonly event: 'started' | 'succeeded' | 'failed';
  /** Id of the step, with its instance inside bodies: `fit`, `fit[3]`. */
  readonly step: string;
  /** The kind of the step for its main operation. */
  readonly operation: string;
  /** From 1. */
  readonly attempt: number;
  /** ISO, by the clock of the run. */
  readonly at: string;
  /** Code of the failure; EXECUTION_STEP_FAILED for one without a code. */
  readonly code: string | null;
};

/** One line that a step logged. */
export type LogLine = {
  readonly step: string;
  readonly level: keyof StepLog;
  readonly message: string;
  readonly fields: JsonObject;
};

/** What the steps of a run did, in order. */
export class RunTrace {
  readonly attempts: AttemptEvent[] = [];
  readonly logs: LogLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async follow<T>(attempt: Pick<AttemptEvent, 'step' | 'operation' | 'attempt'>, work: () => Promise<T>): Promise<T> {
    const add = (event: AttemptEvent['event'], code: string | null): void => {
      this.attempts.push({ event, ...attempt, at: new Date(this.#now()).toISOString(), code });
    };
    add('started', null);
    try {
      const result = await work();
      add('succeeded', null);
      return result;
    } catch (error) {
      add('failed', isPipelineError(error) ? error.code : 'EXECUTION_STEP_FAILED');
      throw error;
    }
  }

  /** A log that is kept, and goes on to `log`. */
  logOf(step: string, log: StepLog): StepLog {
    const at =
      (level: keyof StepLog) =>
      (message: string, fields: JsonObject = {}): void => {
        this.logs.push({ step, level, message, fields });
        log[level](message, fields);
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

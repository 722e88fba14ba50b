import { CancellationScope } from '@temporalio/workflow';
import type { DecisionRecord, StepDecision } from '../../src/contracts/run/gates.js';
import type { Plan } from '../../src/contracts/plan.js';
import type { RunIdentity } from '../../src/contracts/run.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { localActivities } from '../temporal/local-activities.js';

const { recordDecision } = localActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** The decisions of a run, written to the store one after the other. A run ends when all are there. */
export class DecisionLog {
  readonly #run: RunIdentity;
  readonly #author: string | null;
  /** Runs of plans of format 1 wrote none; their histories must replay. */
  readonly #writes: boolean;
  #count = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(run: RunIdentity, plan: Plan, author: string | null) {
    this.#run = run;
    this.#author = author;
    this.#writes = plan.formatVersion >= 2;
  }

  add(step: string, decision: StepDecision): void {
    if (!this.#writes) return;
    this.#count += 1;
    const { pipeline, workflowId, runId } = this.#run;
    const record: DecisionRecord = { number: this.#count, ...decision, step, pipeline, workflowId, runId, author: this.#author };
    this.#written = this.#written.then(() => CancellationScope.nonCancellable(() => recordDecision(record)));
  }

  written(): Promise<void> {
    return this.#written;
  }
}

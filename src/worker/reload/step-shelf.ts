import type { PlanStep } from '../../contracts/plan.js';
import type { StepOutcome, StepTask } from '../../contracts/run.js';
import { missingInputs } from '../step/step-shape.js';

/** The code of one operation of a step, by the type of its activity. */
export type ShelvedStep = {
  readonly type: string;
  readonly step: PlanStep;
  readonly carryOut: (task: StepTask) => Promise<StepOutcome>;
};

/** So many versions of a pipeline are kept for runs that began with them. */
const MOST_VERSIONS = 20;

/** The code of all steps of a worker, that of earlier versions of their pipelines included. */
export class StepShelf {
  readonly #versions: ReadonlyMap<string, ShelvedStep>[] = [];

  /** Puts the newest version before those that are there. */
  add(steps: readonly ShelvedStep[]): void {
    this.#versions.unshift(new Map(steps.map((step) => [step.type, step])));
    this.#versions.splice(MOST_VERSIONS);
  }

  /**
   * The newest code for a task that takes what its run gives it: a step that was mended is mended for runs under way too, one that was removed,
   * or takes other inputs now, is as it was. Undefined when no version has the step.
   */
  find(type: string, task: StepTask): ShelvedStep | undefined {
    const versions = this.#versions.flatMap((steps) => steps.get(type) ?? []);
    return versions.find(({ step }) => step.kind === task.kind && missingInputs(step, task).length === 0) ?? versions[0];
  }

  /** The types of the newest version. */
  get types(): readonly string[] {
    return [...(this.#versions[0]?.keys() ?? [])].sort();
  }
}

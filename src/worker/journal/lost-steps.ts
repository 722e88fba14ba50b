import type { OpenAttempt } from './attempt-journal.js';

const MOST_NAMED = 5;

type StepId = { readonly workflowId: string; readonly runId: string; readonly activityId: string };

/**
 * The steps that a worker of this machine had under way when it ended without being asked to. One of them may have ended it: their next attempts
 * here are kept apart from this worker.
 */
export class LostSteps {
  readonly #steps = new Set<string>();

  add(attempts: readonly OpenAttempt[]): void {
    for (const { workflowId, runId, activityId } of attempts)
      if (activityId !== undefined) this.#steps.add(nameOf({ workflowId, runId, activityId }));
  }

  has(step: StepId): boolean {
    return this.#steps.has(nameOf(step));
  }

  /** It has come to its end. */
  forget(step: StepId): void {
    this.#steps.delete(nameOf(step));
  }
}

const nameOf = ({ workflowId, runId, activityId }: StepId): string => JSON.stringify([workflowId, runId, activityId]);

/** `train of run a, each[3] of run b and 2 more`. */
export function lostInWords(attempts: readonly OpenAttempt[]): string {
  const named = attempts
    .slice(0, MOST_NAMED)
    .map(({ workflowId, activityId }) => `${activityId === undefined ? 'a step' : activityId} of run ${workflowId}`);
  const more = attempts.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

import { type WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import type { JsonValue } from '../../contracts/json.js';
import type { CalledRun } from '../../contracts/system.js';

/** Rounds of one call that are looked through. */
export const MOST_ROUNDS = 100;

/** The id of the run in which a call is tried for the so-many-th time, from 1. */
export const roundOf = (workflowId: string, round: number): string => (round === 1 ? workflowId : `${workflowId}~${round}`);

/**
 * The run of a call that has succeeded: that of its first round, or of one in which a person let it try again, whose ids end in `~2`, `~3` and so on.
 * Null when none has, or the server has forgotten them.
 */
export async function findCalledRun(workflow: WorkflowClient, workflowId: string): Promise<CalledRun | null> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const id = roundOf(workflowId, round);
    const handle = workflow.getHandle(id);
    try {
      const { status } = await handle.describe();
      if (status.name === 'COMPLETED') return { workflowId: id, end: ((await handle.result()) as JsonValue | undefined) ?? null };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }
  return null;
}

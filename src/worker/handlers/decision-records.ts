import type { DecisionRecord } from '../../contracts/run/gates.js';
import type { ObjectStore } from '../../store/port.js';
import { keyName } from '../step/run-keys.js';

const NUMBER_DIGITS = 6;

/** Where the decisions of a run lie, one file each, in the order of their numbers. */
export function decisionPrefix(workflowId: string, runId: string): string {
  return `runs/${keyName(workflowId)}/${keyName(runId)}/decisions/`;
}

/**
 * Writes a decision into the log of its run. The run alone counts its decisions: what lies under the number already is the same decision, or
 * one of a workflow task that the server threw away, which nobody was told of.
 */
export async function recordDecision(objects: ObjectStore, record: DecisionRecord): Promise<void> {
  const key = `${decisionPrefix(record.workflowId, record.runId)}${String(record.number).padStart(NUMBER_DIGITS, '0')}.json`;
  await objects.put(key, Buffer.from(JSON.stringify(record)));
}

import type { DecisionRecord } from '../contracts/gates.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { ObjectStore } from '../store/port.js';
import { keyName } from './run-keys.js';

const NUMBER_DIGITS = 6;

/** Where the decisions of a run lie, one file each, in the order of their numbers. */
export function decisionPrefix(workflowId: string, runId: string): string {
  return `runs/${keyName(workflowId)}/${keyName(runId)}/decisions/`;
}

/** Appends to the decision log of a run. The same record again changes nothing; another one under its number is `STORE_CONFLICT`. */
export async function recordDecision(objects: ObjectStore, record: DecisionRecord): Promise<void> {
  const key = `${decisionPrefix(record.workflowId, record.runId)}${String(record.number).padStart(NUMBER_DIGITS, '0')}.json`;
  const bytes = Buffer.from(JSON.stringify(record));
  try {
    await objects.putIfAbsent(key, bytes);
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    const { bytes: there } = await objects.get(key);
    if (!there.equals(bytes)) throw error;
  }
}

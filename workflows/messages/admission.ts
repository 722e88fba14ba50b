import type { AdmissionRequest } from '../../src/contracts/entities/admission.js';
import { broken, fieldsOf, isCount, isTextUpTo, LONGEST_ID, LONGEST_NAME } from './rules.js';

const MOST_WEIGHT = 1e6;

/** Problems of a payload of the signal `ask`; empty when valid. */
export function askProblems(signal: unknown): string[] {
  const { request, limit } = fieldsOf(signal);
  const { id, workflowId, runId, weight, priority, team } = fieldsOf(request);
  return broken([
    [isTextUpTo(id, 2 * LONGEST_ID), `\`request.id\` must be a text of at most ${2 * LONGEST_ID} characters`],
    [isTextUpTo(workflowId, LONGEST_ID), '`request.workflowId` must name a workflow'],
    [isTextUpTo(runId, LONGEST_NAME), '`request.runId` must name a run of it'],
    [isCount(weight, MOST_WEIGHT) && weight > 0, `\`request.weight\` must be a whole number, 1 to ${MOST_WEIGHT}`],
    [isCount(priority, 5) && priority > 0, '`request.priority` must be 1 to 5'],
    [typeof team === 'string' && team.length <= LONGEST_NAME, '`request.team` must be a text'],
    [isCount(limit) && limit > 0, '`limit` must be a whole number, 1 or more'],
  ]);
}

/** The request without whatever else came with it. */
export function pickRequest({ id, workflowId, runId, weight, priority, team }: AdmissionRequest): AdmissionRequest {
  return { id, workflowId, runId, weight, priority, team };
}

/** Whether the payload of `leave` or `admitted` names a request. */
export function namesRequest(signal: unknown): signal is { readonly id: string } {
  return isTextUpTo(fieldsOf(signal)['id'], 2 * LONGEST_ID);
}

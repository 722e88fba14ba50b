import type { GateState } from '../../contracts/run/gates.js';
import type { RunStatus } from '../../contracts/run.js';

/** An approval that waits for an answer, and the run that it belongs to. */
export type OpenApproval = GateState & { readonly workflowId: string; readonly pipeline: string };

export function openApprovals(workflowId: string, { pipeline, gates = [] }: RunStatus): readonly OpenApproval[] {
  return gates.filter(({ state }) => state === 'open').map((gate) => ({ workflowId, pipeline, ...gate }));
}

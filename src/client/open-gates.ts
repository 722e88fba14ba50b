import type { GateState } from '../contracts/run/gates.js';
import type { RunStatus } from '../contracts/run.js';

/** A gate that waits for an answer, and the run that it belongs to. */
export type OpenGate = GateState & { readonly workflowId: string; readonly pipeline: string };

export function openGates(workflowId: string, { pipeline, gates = [] }: RunStatus): readonly OpenGate[] {
  return gates.filter(({ state }) => state === 'open').map((gate) => ({ workflowId, pipeline, ...gate }));
}

import type { CallConfig } from '../src/contracts/call.js';
import type { StageWorkflow } from './stage-host.js';

/** The called pipeline is a run of its own: its result, or its failure, is that of the step. */
export const callStage: StageWorkflow = async (host) => {
  const { pipeline, parameters } = host.config as CallConfig;
  const { result } = await host.runChild({ pipeline, parameters: { ...parameters, ...host.inputs } });
  return result ?? null;
};

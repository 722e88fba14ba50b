import type { StageWorkflow } from './stage-host.js';

/** Hand the policy to the continuous-training entity of the model. */
export const retrainStage: StageWorkflow = (host) => host.call('retrain');

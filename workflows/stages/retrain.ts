import type { RetrainOperations } from '../../src/contracts/stages/retrain.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** Hand the policy to the continuous-training entity of the model. */
export const retrainStage: StageWorkflow = (host) => operationsOf<RetrainOperations>(host).retrain({});

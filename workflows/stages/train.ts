import type { TrainOperations } from '../../src/contracts/stages/train.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** One fit. */
export const trainStage: StageWorkflow = (host) => operationsOf<TrainOperations>(host).train({});

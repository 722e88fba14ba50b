import type { TrainConfig, TrainInputs, TrainOperations } from '../../src/contracts/stages/train.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { train } from '../../src/training/train.js';

/** Operations of the train stage by name. */
export const trainOperations: OperationCode<TrainConfig, TrainInputs, TrainOperations> = { train };

import { train } from '../src/training/train.js';

/** Operations of the train stage by name. */
export const trainOperations = { train };

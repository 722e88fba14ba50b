import type { FeatureOperations } from '../../src/contracts/stages/feature.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** Fit the encoders, write the splits. */
export const featureStage: StageWorkflow = (host) => operationsOf<FeatureOperations>(host).feature({});

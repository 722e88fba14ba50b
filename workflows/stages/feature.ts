import type { StageWorkflow } from './stage-host.js';

/** Fit the encoders, write the splits. */
export const featureStage: StageWorkflow = (host) => host.call('feature');

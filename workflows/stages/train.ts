import type { StageWorkflow } from './stage-host.js';

/** One fit. */
export const trainStage: StageWorkflow = (host) => host.call('train');

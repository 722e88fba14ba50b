import type { StageWorkflow } from './stage-host.js';

/** One pass of all checks. */
export const validateStage: StageWorkflow = (host) => host.call('validate');

import type { StageWorkflow } from './stage-host.js';

/** Records the monitor and, with the wall's clock, sets its schedule. */
export const monitorStage: StageWorkflow = (host) => host.call('monitor');

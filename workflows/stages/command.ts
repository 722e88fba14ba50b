import type { StageWorkflow } from './stage-host.js';

/** One program, in one activity; its retries resume from its checkpoint. */
export const commandStage: StageWorkflow = (host) => host.call('command');

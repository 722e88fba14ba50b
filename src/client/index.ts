/** The door `perennial-ml/client`: start, watch and steer runs. */
export { connectClient } from './connect-client.js';
export type { ActivityProgress } from './runs/activity-progress.js';
export type { ClientOptions, PipelineClient, ResultOptions, StartedRun, StartOptions } from './pipeline-client.js';
export { failureCode } from './failure-code.js';
export type { OpenApproval } from './runs/open-approvals.js';
export type { RunStanding } from './runs/run-standing.js';
export type { RunSummary } from './runs/run-listing.js';

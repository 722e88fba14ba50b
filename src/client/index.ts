/** The door `perennial-ml/client`: start, watch and steer runs. */
export { connectClient } from './connect-client.js';
export type { ActivityProgress } from './activity-progress.js';
export type { ClientOptions, PipelineClient, ResultOptions, StartedRun, StartOptions } from './connect-client.js';
export { failureCode } from './failure-code.js';
export type { OpenApproval } from './open-approvals.js';
export type { RunStanding } from './run-standing.js';
export type { RunSummary } from './run-listing.js';

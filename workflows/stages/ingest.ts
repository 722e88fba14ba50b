import type { StageWorkflow } from './stage-host.js';

/** One read of the source into Parquet parts. */
export const ingestStage: StageWorkflow = (host) => host.call('ingest');

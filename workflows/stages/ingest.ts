import type { IngestOperations } from '../../src/contracts/stages/ingest.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** One read of the source into Parquet parts. */
export const ingestStage: StageWorkflow = (host) => operationsOf<IngestOperations>(host).ingest({});

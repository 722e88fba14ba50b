import { ingest } from '../src/data/ingest.js';

/** Operations of the ingest stage by name. */
export const ingestOperations = { ingest };

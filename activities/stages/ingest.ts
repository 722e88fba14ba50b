import type { IngestConfig, IngestInputs, IngestOperations } from '../../src/contracts/stages/ingest.js';
import { ingest as readSource } from '../../src/data/ingest.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { publishDataset } from '../../src/triggers/announce.js';

type Code = OperationCode<IngestConfig, IngestInputs, IngestOperations>;

/** Reads the source. With `publish`, it also publishes the data set under its name and tells the pipelines that follow that name. */
const ingest: Code['ingest'] = async (task, context) => {
  const dataset = await readSource(task, context);
  const { publish } = task.config;
  if (publish !== undefined) await publishDataset(context.artifacts.objects, context.temporal, publish, dataset, context);
  return dataset;
};

/** Operations of the ingest stage by name. */
export const ingestOperations: Code = { ingest };

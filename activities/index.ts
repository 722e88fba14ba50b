import { commandOperations } from './command.js';
import { deployOperations } from './deploy.js';
import { evaluateOperations } from './evaluate.js';
import { featureOperations } from './feature.js';
import { ingestOperations } from './ingest.js';
import { mapOperations } from './map.js';
import { monitorOperations } from './monitor.js';
import { retrainOperations } from './retrain.js';
import { trainOperations } from './train.js';
import { validateOperations } from './validate.js';

/** The operations of each stage: what its workflow code calls by name. */
export const stageOperations = {
  ingest: ingestOperations,
  validate: validateOperations,
  feature: featureOperations,
  train: trainOperations,
  evaluate: evaluateOperations,
  deploy: deployOperations,
  map: mapOperations,
  monitor: monitorOperations,
  retrain: retrainOperations,
  command: commandOperations,
};

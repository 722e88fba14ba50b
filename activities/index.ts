import { commandOperations } from './stages/command.js';
import { deployOperations } from './stages/deploy.js';
import { evaluateOperations } from './stages/evaluate.js';
import { featureOperations } from './stages/feature.js';
import { ingestOperations } from './stages/ingest.js';
import { mapOperations } from './stages/map.js';
import { monitorOperations } from './stages/monitor.js';
import { retrainOperations } from './stages/retrain.js';
import { trainOperations } from './stages/train.js';
import { validateOperations } from './stages/validate.js';

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

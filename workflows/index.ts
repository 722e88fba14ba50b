/** All workflows of a worker: the dynamic one that runs any pipeline, the stages alone, and the long-lived ones. */
export { default } from './run/pipeline.js';
export {
  buildFeatures,
  deployModel,
  evaluateModel,
  ingestData,
  monitorModel,
  retrainModel,
  trainModel,
  validateData,
} from './stages/single-stage.js';
export { mapShard } from './stages/map/map-shard.js';
export { monitorWindow } from './starts/monitor-window.js';
export { deliverNotice } from './run/deliver-notice.js';
export { startOnChange } from './entities/start-on-change.js';
export { continuousTraining } from './entities/continuous-training.js';
export { admission } from './entities/admission.js';
export { retrainTick } from './starts/retrain-tick.js';
export { backfillPipeline } from './entities/backfill.js';
export { collectGarbage } from './starts/collect-garbage.js';

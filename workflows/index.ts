/** All workflows of a worker: the dynamic one that runs any pipeline, the stages alone, and the long-lived ones. */
export { default } from './pipeline.js';
export {
  buildFeatures,
  deployModel,
  evaluateModel,
  ingestData,
  monitorModel,
  retrainModel,
  trainModel,
  validateData,
} from './single-stage.js';
export { mapShard } from './map-shard.js';
export { monitorWindow } from './monitor-window.js';
export { deliverNotice } from './deliver-notice.js';
export { startOnChange } from './start-on-change.js';
export { continuousTraining } from './continuous-training.js';
export { admission } from './admission.js';
export { retrainTick } from './retrain-tick.js';
export { backfillPipeline } from './backfill.js';
export { collectGarbage } from './collect-garbage.js';

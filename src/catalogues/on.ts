/** Reasons to start a run: for `p.retrain`, and for the triggers of a pipeline. */
export { alias, dataset } from '../pipeline/triggers/change-triggers.js';
export { cron, drift, newRows, performanceBelow } from '../pipeline/kinds/triggers.js';

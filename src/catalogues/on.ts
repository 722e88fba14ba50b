export { alias, dataset } from '../pipeline/change-triggers.js';
export { cron, drift, newRows, performanceBelow } from '../pipeline/kinds/triggers.js';

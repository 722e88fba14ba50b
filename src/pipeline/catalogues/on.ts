export { alias, dataset } from '../change-triggers.js';
export { cron, drift, newRows, performanceBelow } from '../kinds/triggers.js';

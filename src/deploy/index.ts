export { applyDeployment, planDeployment } from './deploy.js';
export { hasChanges } from './deploy-plan.js';
export { listSchedules, withSchedule } from './schedule-control.js';

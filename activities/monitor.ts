import { configureMonitor } from '../src/monitoring/configure-monitor.js';

export { closeWindow } from '../src/monitoring/close-window.js';

/** Operations of the monitor stage by name. */
export const monitorOperations = { monitor: configureMonitor };

import type { MonitorConfig, MonitorInputs, MonitorOperations } from '../../src/contracts/stages/monitor.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { configureMonitor } from '../../src/monitoring/configure-monitor.js';

export { closeWindow } from '../../src/monitoring/windows/close-window.js';

/** Operations of the monitor stage by name. */
export const monitorOperations: OperationCode<MonitorConfig, MonitorInputs, MonitorOperations> = { monitor: configureMonitor };

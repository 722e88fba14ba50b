import type { MonitorOperations } from '../../src/contracts/stages/monitor.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** Records the monitor and, with the wall's clock, sets its schedule. */
export const monitorStage: StageWorkflow = (host) => operationsOf<MonitorOperations>(host).monitor({});

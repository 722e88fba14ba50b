import type { MonitorConfig, MonitorInputs, MonitorResult } from '../contracts/stages/monitor.js';
import type { StageOperation } from '../pipeline/step-context.js';
import { checkDriftRules } from './drift.js';
import { projectOf } from '../store/project.js';
import { writeMonitor } from './monitor-record.js';
import { findReference } from './reference.js';
import { graceOf } from './windows/window.js';

/**
 * Records what is watched on a model's endpoint, and with the wall's clock sets the schedule that closes its windows, each a while after its end. The rules are
 * checked against the champion, if there is one. MONITOR_COLUMN_UNKNOWN, MONITOR_STATISTIC_UNFIT, MONITOR_WRITE_CONFLICT, MONITOR_OWNED_ELSEWHERE.
 */
export const configureMonitor: StageOperation<MonitorConfig, MonitorInputs, MonitorResult> = async ({ config }, context) => {
  const { model, endpoint, everyMs } = config;
  const reference = await findReference(context.artifacts, model);
  if (reference !== null) checkDriftRules(config.drift, reference.profile);
  await writeMonitor(context.artifacts.objects, {
    config,
    pipeline: context.run.pipeline,
    workflowId: context.run.workflowId,
    updatedAt: new Date().toISOString(),
  });
  if (config.clock === 'event' || context.temporal === null) return { model, endpoint, everyMs, schedule: null };
  const schedule = `perennial/monitor/${model}`;
  const phase = config.labels === undefined ? 'drift' : 'both';
  await context.temporal.ensureSchedule({
    id: schedule,
    every: { ms: everyMs, offsetMs: graceOf(config) },
    workflowType: 'monitorWindow',
    input: { model, phase },
    owner: { pipeline: context.run.pipeline, project: await projectOf(context.artifacts.objects) },
  });
  return { model, endpoint, everyMs, schedule };
};

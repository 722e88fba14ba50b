import { defineSearchAttributeKey, SearchAttributeType, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, proxyActivities, sleep, startChild, workflowInfo } from '@temporalio/workflow';
import type { MonitorWindowStart, WindowReport } from '../../src/contracts/entities/monitoring.js';
import type { SystemActivities } from '../../src/contracts/system.js';

const { closeMonitorWindow } = proxyActivities<SystemActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 5, initialInterval: '1 second', maximumInterval: '1 minute' },
});

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * Closes one window of a model. Without bounds it is the last whole window before the scheduled time, or the time of the start. `both`
 * closes the window for drift and, when the labels are due, for performance; a scheduled one leaves that wait to a workflow of its own, so
 * that the next window is not held up.
 */
export async function monitorWindow(input: MonitorWindowStart): Promise<WindowReport> {
  const { model, phase, from, to } = input;
  if (input.notBefore !== undefined) await sleepUntil(input.notBefore);
  const bounds = from !== undefined && to !== undefined ? { from, to } : { at: scheduledTime().toISOString() };
  const first = await closeMonitorWindow({ model, ...bounds, phase: phase === 'both' ? 'drift' : phase });
  if (phase !== 'both' || first.labelsDueAt === null) return first;
  if ('at' in bounds) {
    await startPerformance(first, first.labelsDueAt);
    return first;
  }
  await sleepUntil(first.labelsDueAt);
  return closeMonitorWindow({ model, from: first.from, to: first.to, phase: 'performance' });
}

async function startPerformance({ model, from, to }: WindowReport, notBefore: string): Promise<void> {
  const start: MonitorWindowStart = { model, from, to, phase: 'performance', notBefore };
  try {
    await startChild(monitorWindow, {
      workflowId: `perennial/monitor/${model}/${from}/performance`,
      args: [start],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function sleepUntil(time: string): Promise<void> {
  const ms = Date.parse(time) - Date.now();
  if (ms > 0) await sleep(ms, { summary: `until ${time}` });
}

function scheduledTime(): Date {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return typedSearchAttributes.get(SCHEDULED_START) ?? startTime;
}

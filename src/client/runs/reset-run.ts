import { randomUUID } from 'node:crypto';
import type { WorkflowClient } from '@temporalio/client';
import { PipelineError } from '../../errors/pipeline-error.js';

/**
 * Resets a run to before a step: Temporal ends the run, and a new run continues from there with all earlier results.
 * @param step - its id, with its place in a map: `train`, `train[3]`. Without it the step whose activity failed first.
 * @throws PipelineError `RUNS_STEP_UNKNOWN` listing the steps that the history knows.
 */
export async function resetRun(
  workflow: WorkflowClient,
  namespace: string,
  workflowId: string,
  step: string | undefined,
): Promise<{ readonly runId: string; readonly step: string }> {
  const handle = workflow.getHandle(workflowId);
  // Called first, since only `describe` tells an unknown run from other failures.
  const { runId: before } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const scheduled = (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: attributes }) =>
    attributes == null
      ? []
      : [{ eventId: String(eventId), step: stepOf(attributes.activityId ?? ''), task: attributes.workflowTaskCompletedEventId }],
  );
  const failed = (events ?? [])
    .map((event) => event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes)
    .find((attributes) => attributes != null)?.scheduledEventId;
  const first = scheduled.find((event) => (step === undefined ? event.eventId === String(failed) : event.step === step));
  if (first?.task == null) {
    const known = [...new Set(scheduled.map((event) => event.step))].join(', ') || '(none)';
    throw new PipelineError('RUNS_STEP_UNKNOWN', {
      what: step === undefined ? 'no step of the run failed' : `step "${step}" has no activity in the history`,
      where: `run ${workflowId}`,
      expected: `one of ${known}`,
    });
  }
  const { runId } = await workflow.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId: before },
    reason: `before step ${first.step}`,
    workflowTaskFinishEventId: first.task,
    requestId: randomUUID(),
  });
  return { runId, step: first.step };
}

/** The step of an activity id: `evaluate` of `evaluate.bless~2`. */
const stepOf = (activityId: string): string => activityId.replace(/[.~].*$/, '');

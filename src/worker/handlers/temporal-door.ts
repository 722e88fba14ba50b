import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleSpec } from '@temporalio/client';
import { continuousTrainingId } from '../../contracts/entities/continuous-training.js';
import { checkMessageSize } from '../../contracts/limits/message-size.js';
import { OWNER_MEMO, type Owner } from '../../contracts/store/ownership.js';
import type { WorkflowQueue } from '../../contracts/plan/queues.js';
import type { ChangeSignal, StartOnChangeInput } from '../../contracts/plan/triggers.js';
import type { TemporalDoor } from '../../pipeline/step-context.js';
import { followersOf } from '../../temporal/followers.js';
import { ownerOfSchedule, refuseOther, trainingPolicy } from '../../temporal/model-ownership.js';

/** After an outage a schedule makes up for starts that it missed in this time. */
const CATCH_UP_WINDOW = '6 hours';

/** Requests that a step can make to its worker's Temporal server. Workflows start on `taskQueue`. */
export function createTemporalDoor(client: Client, taskQueue: WorkflowQueue): TemporalDoor {
  const signalEntity = async (model: string, signal: string, argument: unknown): Promise<void> => {
    await client.workflow.signalWithStart('continuousTraining', {
      workflowId: continuousTrainingId(model),
      taskQueue,
      args: [{ model }],
      signal,
      signalArgs: [checkMessageSize(argument, `the signal ${signal} to model "${model}"`)],
    });
  };
  return {
    signalTraining: (model, signal) => signalEntity(model, 'trigger', signal),
    setTrainingPolicy: async (model, policy) => {
      if (policy.owner !== undefined)
        refuseOther(`the continuous training of ${model}`, (await trainingPolicy(client, model))?.owner ?? null, policy.owner);
      await signalEntity(model, 'policy', policy);
    },
    signalChange: async (subject, n, project) => {
      const { workflowId, scope } = await followersOf(client.workflow, subject, project);
      const input: StartOnChangeInput = { subject, ...(scope === undefined ? {} : { scope }) };
      const signal: ChangeSignal = { n };
      await client.workflow.signalWithStart('startOnChange', {
        workflowId,
        taskQueue,
        args: [input],
        signal: 'changed',
        signalArgs: [signal],
        ...(project === undefined ? {} : { memo: { [OWNER_MEMO]: { pipeline: '', project } satisfies Owner } }),
      });
    },
    ensureSchedule: async ({ id, every, workflowType, input, owner }) => {
      const spec: ScheduleSpec =
        'cron' in every
          ? { cronExpressions: [every.cron], timezone: every.timezone }
          : { intervals: [{ every: every.ms, offset: every.offsetMs ?? 0 }] };
      const start = { type: 'startWorkflow' as const, workflowType, args: [input], taskQueue, workflowId: id };
      const policies = { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: CATCH_UP_WINDOW };
      try {
        await client.schedule.create({ scheduleId: id, spec, action: { ...start, memo: { [OWNER_MEMO]: owner } }, policies });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await client.schedule.getHandle(id).update((previous) => {
          const present = ownerOfSchedule(previous);
          refuseOther(`the schedule ${id}`, present, owner);
          // The earlier owner and reason are kept.
          return { ...previous, spec, action: { ...start, memo: { [OWNER_MEMO]: present ?? owner } }, policies };
        });
      }
    },
  };
}

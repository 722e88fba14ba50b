import { type Client, type ScheduleDescription, ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { type ContinuousTrainingState, continuousTrainingId } from '../contracts/entities/continuous-training.js';
import { belongsToOther, OWNER_MEMO, type Owner, ownerIn, ownerInWords } from '../contracts/store/ownership.js';
import { PipelineError } from '../errors/pipeline-error.js';

/** @throws PipelineError `MONITOR_OWNED_ELSEWHERE` when it has another owner. What nobody owns may be taken. */
export function refuseOther(what: string, present: Owner | null, own: Owner): void {
  if (present === null || !belongsToOther(present, own)) return;
  throw new PipelineError('MONITOR_OWNED_ELSEWHERE', {
    what: `${what} belongs to ${ownerInWords(present)}`,
    where: ownerInWords(own),
    expected: 'another name for the model, another namespace, or `perennial deploy FILE --take-over "why"`',
    details: { owner: present, asked: own },
  });
}

export const ownerOfSchedule = ({ action }: Pick<ScheduleDescription, 'action'>): Owner | null =>
  ownerIn(action.memo?.[OWNER_MEMO]);

/** What the model's continuous-training entity was told last, or null when none is running. */
export async function trainingPolicy(client: Client, model: string): Promise<ContinuousTrainingState['policy']> {
  const handle = client.workflow.getHandle(continuousTrainingId(model));
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return null;
    return (await handle.query<ContinuousTrainingState>('status')).policy;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/**
 * Makes `own` the owner of all that watches and retrains a model: its schedules and its continuous-training entity. Gives what belonged to
 * somebody else, by name.
 */
export async function takeOverModel(client: Client, model: string, own: Owner): Promise<string[]> {
  const taken: string[] = [];
  for await (const { scheduleId: id } of client.schedule.list()) {
    if (id !== `perennial/monitor/${model}` && !id.startsWith(`perennial/retrain/${model}/`)) continue;
    if (await takeOverSchedule(client, id, own)) taken.push(`schedule ${id}`);
  }
  const policy = await trainingPolicy(client, model);
  if (policy !== null && belongsToOther(policy.owner, own)) {
    await client.workflow.getHandle(continuousTrainingId(model)).signal('policy', { ...policy, owner: own });
    taken.push(`continuous training of ${model}`);
  }
  return taken;
}

async function takeOverSchedule(client: Client, id: string, own: Owner): Promise<boolean> {
  const handle = client.schedule.getHandle(id);
  try {
    const present = ownerOfSchedule(await handle.describe());
    if (!belongsToOther(present, own)) return false;
    await handle.update((previous) => ({
      ...previous,
      action: { ...previous.action, memo: { ...previous.action.memo, [OWNER_MEMO]: own } },
    }));
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

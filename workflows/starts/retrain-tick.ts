import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { continuousTrainingId, type TrainingSignal } from '../../src/contracts/entities/continuous-training.js';

/** What a retrain schedule starts: hands a `cron` trigger to the model's entity, so that one place holds the policy. */
export async function retrainTick(input: { readonly model: string }): Promise<void> {
  const { workflowId, firstExecutionRunId, startTime } = workflowInfo();
  const signal: TrainingSignal = { id: `${workflowId}/${firstExecutionRunId}`, kind: 'cron', at: startTime.toISOString() };
  await getExternalWorkflowHandle(continuousTrainingId(input.model)).signal('trigger', signal);
}

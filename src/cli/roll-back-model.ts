import { randomUUID } from 'node:crypto';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { continuousTrainingId } from '../contracts/continuous-training.js';
import { checkMessageSize } from '../contracts/message-size.js';
import type { RollbackResult } from '../contracts/control.js';
import { connect, connectionOptions } from '../temporal/connection.js';
import type { ConnectionSettings } from '../temporal/connection.js';
import { answered } from './answered.js';
import { requireWorkers } from './task-queue-workers.js';

export interface RollBackRequest {
  readonly model: string;
  readonly by: string;
  readonly reason: string;
  readonly taskQueue: string;
}

/**
 * Champion back to the version before, in the registry and on every endpoint that serves the model, by the model's continuous-training
 * entity, so that it is recorded there; the entity is started when there is none yet.
 * @throws PipelineError `CLI_QUEUE_WITHOUT_WORKER`, `TEMPORAL_*`; `REGISTRY_NO_PREVIOUS` arrives as an update failure.
 */
export async function rollBackModel(
  { model, by, reason, taskQueue }: RollBackRequest,
  settings: ConnectionSettings,
): Promise<RollbackResult> {
  const { namespace } = connectionOptions(settings);
  const connection = await connect(settings);
  try {
    await requireWorkers(connection, namespace, taskQueue);
    const { workflow } = new Client({ connection, namespace });
    const startWorkflowOperation = new WithStartWorkflowOperation('continuousTraining', {
      workflowId: continuousTrainingId(model),
      taskQueue,
      args: [{ model }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    const rollback = workflow.executeUpdateWithStart<Workflow, RollbackResult, [{ by: string; reason: string }]>('rollback', {
      startWorkflowOperation,
      args: [checkMessageSize({ by, reason }, `the rollback of model "${model}"`)],
      updateId: `cli/${randomUUID()}`,
    });
    return await answered(settings, continuousTrainingId(model), rollback);
  } finally {
    await connection.close();
  }
}

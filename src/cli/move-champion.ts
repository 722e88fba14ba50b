import { randomUUID } from 'node:crypto';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { continuousTrainingId } from '../contracts/entities/continuous-training.js';
import { checkMessageSize } from '../contracts/limits/message-size.js';
import type { ChampionResult } from '../contracts/run/control.js';
import { connect, connectionOptions } from '../temporal/connection.js';
import type { ConnectionSettings } from '../temporal/connection.js';
import { answered } from './answered.js';
import { requireWorkers } from './start/task-queue-workers.js';

export interface ChampionMove {
  readonly model: string;
  /** The version that becomes champion. Absent: the one before it again. */
  readonly version?: number;
  readonly by: string;
  readonly reason: string;
  readonly taskQueue: string;
}

/**
 * Makes a version champion, in the registry and on every endpoint that serves the model, by the model's continuous-training entity, so that it
 * is recorded there; the entity is started when there is none yet.
 * @throws PipelineError `CLI_QUEUE_WITHOUT_WORKER`, `TEMPORAL_*`; `REGISTRY_NO_PREVIOUS`, `REGISTRY_VERSION_NOT_FOUND` arrive as update failures.
 */
export async function moveChampion(
  { model, version, by, reason, taskQueue }: ChampionMove,
  settings: ConnectionSettings,
): Promise<ChampionResult> {
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
    const [update, what] = version === undefined ? ['rollback', 'the rollback'] : ['promote', 'the promotion'];
    const request = { by, reason, ...(version === undefined ? {} : { version }) };
    const move = workflow.executeUpdateWithStart<Workflow, ChampionResult, [typeof request]>(update, {
      startWorkflowOperation,
      args: [checkMessageSize(request, `${what} of model "${model}"`)],
      updateId: `cli/${randomUUID()}`,
    });
    return await answered(settings, continuousTrainingId(model), move);
  } finally {
    await connection.close();
  }
}

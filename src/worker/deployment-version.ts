import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';

const GRPC_NOT_FOUND = 5;
const GRPC_FAILED_PRECONDITION = 9;
const PAUSE_MS = 250;

/**
 * Makes a version the one on which new runs start, and to which the long-lived entities move. Waits for its first worker to be known.
 * @throws PipelineError `DEPLOY_VERSION_UNKNOWN`.
 */
export async function setCurrentVersion(
  { connection, namespace }: { readonly connection: Connection; readonly namespace: string },
  { name, buildId }: { readonly name: string; readonly buildId: string },
  patienceMs = 10_000,
): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName: name,
        buildId,
        identity: 'perennial deploy',
      });
      return;
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
      if (code !== GRPC_NOT_FOUND && code !== GRPC_FAILED_PRECONDITION) throw error;
      if (Date.now() > giveUpAt) {
        const reason = reasonOf(error);
        throw new PipelineError('DEPLOY_VERSION_UNKNOWN', {
          what: `version ${buildId} of deployment ${name} cannot be made current: ${reason}`,
          where: `namespace ${namespace}`,
          details: { deployment: name, buildId },
          cause: error,
        });
      }
      await sleep(PAUSE_MS);
    }
  }
}

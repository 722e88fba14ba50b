import { describe, expect, it } from '@jest/globals';
import { ServiceError, type WorkflowClient } from '@temporalio/client';
import { admissionView } from '../../../src/client/runs/queue-places.js';

const VIEW = { limit: 1, used: 0, holders: [], queue: [] };

/** The query fails so often with this status of gRPC and these details, then answers. */
function failing(times: number, code: number, details: string): { client: WorkflowClient; asked: () => number } {
  let asked = 0;
  const query = async (): Promise<unknown> => {
    asked += 1;
    if (asked > times) return VIEW;
    throw new ServiceError('Failed to query Workflow', {
      cause: Object.assign(new Error(details), { code, details, metadata: {} }),
    });
  };
  return { client: { getHandle: () => ({ query }) } as unknown as WorkflowClient, asked: () => asked };
}

describe('the view of a limit', () => {
  it('is asked for again while the entity is between two of its tasks', async () => {
    const { client, asked } = failing(2, 9, 'Unable to query workflow due to Workflow Task in failed state.');
    expect(await admissionView(client, 'pool', 'narrow')).toEqual(VIEW);
    expect(asked()).toBe(3);
  });

  it('is not asked for again after any other failure', async () => {
    const { client, asked } = failing(1, 9, 'no poller seen for task queue recently, worker may be down');
    await expect(admissionView(client, 'pool', 'narrow')).rejects.toThrow('Failed to query Workflow');
    expect(asked()).toBe(1);
  });
});

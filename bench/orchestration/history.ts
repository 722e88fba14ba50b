import { Client, Connection } from '@temporalio/client';

/** Size of a run's history as the server counts it. */
export async function historyOf(
  address: string,
  workflowId: string,
): Promise<{ readonly events: number; readonly bytes: number }> {
  const connection = await Connection.connect({ address });
  try {
    const { historyLength, historySize } = await new Client({ connection }).workflow.getHandle(workflowId).describe();
    return { events: historyLength, bytes: historySize ?? 0 };
  } finally {
    await connection.close();
  }
}

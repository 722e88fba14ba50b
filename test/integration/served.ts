import { Client } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { connect } from '../../src/temporal/connection.js';
import { createPipelineWorker } from '../../src/worker/index.js';
import { startTestServer } from '../test-temporal.js';
import { temporaryFolder } from './execution-fixtures.js';

/** A dev server, a worker for these pipelines, and a client. */
export interface Served {
  readonly client: PipelineClient;
  readonly store: string;
  readonly address: string;
  /** Names of the events of a workflow's history, such as `ActivityTaskScheduled`. */
  events(workflowId: string): Promise<readonly string[]>;
  /** Ids of the workflow executions that a list query finds. */
  workflows(query: string): Promise<readonly string[]>;
  historyBytes(workflowId: string): Promise<number>;
  /** How often each activity was started, by id. */
  attempts(workflowId: string): Promise<{ readonly [activityId: string]: number }>;
  activityIds(workflowId: string): Promise<readonly string[]>;
  /** Lets the server's list of workflows catch up. */
  settled(): Promise<void>;
  /** Types of the activities under way. */
  pendingActivities(workflowId: string): Promise<readonly string[]>;
  memo(workflowId: string): Promise<unknown>;
  terminate(workflowId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function serve(pipelines: readonly Pipeline[]): Promise<Served> {
  const server = await startTestServer();
  const folder = await temporaryFolder();
  const worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address });
  const running = worker.run();
  const client = await connectClient({ address: server.address });
  const connection = await connect({ address: server.address });
  const { workflow } = new Client({ connection, namespace: server.namespace });
  return {
    client,
    store: folder.path,
    address: server.address,
    historyBytes: async (workflowId) => (await workflow.getHandle(workflowId).describe()).historySize ?? 0,
    events: async (workflowId) => {
      const { events } = await workflow.getHandle(workflowId).fetchHistory();
      return (events ?? [])
        .map(
          (event) =>
            Object.keys(event).find((key) => key.endsWith('EventAttributes') && event[key as keyof typeof event] !== null) ?? '',
        )
        .map(nameOf);
    },
    workflows: async (query) => {
      const found: string[] = [];
      for await (const { workflowId } of workflow.list({ query })) found.push(workflowId);
      return found;
    },
    pendingActivities: async (workflowId) => {
      const { raw } = await workflow.getHandle(workflowId).describe();
      return (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
    },
    activityIds: async (workflowId) => {
      const { events } = await workflow.getHandle(workflowId).fetchHistory();
      return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []);
    },
    attempts: async (workflowId) => {
      const { events = [] } = await workflow.getHandle(workflowId).fetchHistory();
      const ids = new Map(
        (events ?? []).map((event) => [String(event.eventId), event.activityTaskScheduledEventAttributes?.activityId ?? '']),
      );
      return Object.fromEntries(
        (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
          started == null ? [] : [[ids.get(String(started.scheduledEventId)) ?? '', started.attempt ?? 0]],
        ),
      );
    },
    settled: () => new Promise((resolve) => setTimeout(resolve, 1_000)),
    memo: async (workflowId) => (await workflow.getHandle(workflowId).describe()).memo,
    terminate: async (workflowId) => {
      await workflow.getHandle(workflowId).terminate();
    },
    stop: async () => {
      await connection.close();
      await client.close();
      worker.shutdown();
      await running;
      await server.stop();
      await folder.remove();
    },
  };
}

const nameOf = (attributes: string): string => {
  const name = attributes.slice(0, -'EventAttributes'.length);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

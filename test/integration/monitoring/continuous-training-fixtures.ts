import { Client, type Connection } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { continuousTrainingId } from '../../../src/contracts/entities/continuous-training.js';
import type {
  ContinuousTrainingInput,
  ContinuousTrainingState,
  RetrainExplanation,
  TrainingSignal,
} from '../../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import { definePipeline, param } from '../../../src/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { connect } from '../../../src/temporal/connection.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import { startTestServer } from '../../test-temporal.js';
import { temporaryFolder, waitFor } from '../execution-fixtures.js';

const DAY_MS = 86_400_000;
const QUEUE = 'ml';
const LIMIT_MS = 30_000;

export const day = (n: number): string => new Date(Date.parse('2001-02-01') + n * DAY_MS).toISOString();

export const drift = (id: string, at: string): TrainingSignal => ({
  id,
  kind: 'drift',
  at,
  column: 'distance',
  metric: 'wasserstein',
  score: 0.2,
  threshold: 0.1,
});

/** Event clock, 28 days of data, 300 ms of quiet, no cool-down. */
export const policyOf = (model: string, changes: Partial<RetrainConfig> = {}): RetrainConfig => ({
  model,
  pipeline: 'tiny',
  on: [{ on: 'drift' }],
  debounceMs: 300,
  coolDownMs: 0,
  budget: { runs: 100, perMs: 365 * DAY_MS },
  clock: 'event',
  window: { lengthMs: 28 * DAY_MS, from: 'from', to: 'to' },
  parameters: {},
  ...changes,
});

/** `held` steps wait until they are let go; by workflow id of their run. */
const held = new Map<string, () => void>();

/** Waits for the held step of a run of this model: the entity says that a run is active before the server has started it. Returns its workflow id. */
export async function whenHeld(model: string, n: number): Promise<string> {
  const run = `${continuousTrainingId(model)}/retrain-${n}`;
  for (const startedAt = Date.now(); !held.has(run);) {
    if (Date.now() - startedAt > LIMIT_MS) throw new Error(`${run} never held`);
    await waitFor(20, new AbortController().signal);
  }
  return run;
}

/** Lets the held step of a run of this model go, once it is there. */
export async function letGo(model: string, n: number): Promise<void> {
  held.get(await whenHeld(model, n))?.();
}

const tiny = definePipeline(
  'tiny',
  { params: { from: param.date(), to: param.date(), mode: param.oneOf(['quick', 'held', 'failing'], { default: 'quick' }) } },
  (p) => {
    p.step('fit', {
      retry: { maximumAttempts: 1 },
      heartbeat: '2 seconds',
      run: async (_inputs, { parameters, signal, run: { workflowId } }) => {
        if (parameters['mode'] === 'failing') throw new Error('no convergence');
        if (parameters['mode'] === 'held') {
          const free = new AbortController();
          held.set(workflowId, () => {
            free.abort(new Error('let go'));
          });
          await waitFor(1_200_000, AbortSignal.any([signal, free.signal])).catch(() => undefined);
          held.delete(workflowId);
          signal.throwIfAborted();
        }
        return { from: parameters['from'], to: parameters['to'] };
      },
    });
  },
);

export interface TrainingBench {
  readonly client: PipelineClient;
  readonly temporal: Client;
  readonly connection: Connection;
  readonly objects: ObjectStore;
  /** Starts the entity with a policy; without it the first signal does. */
  begin(model: string, changes?: Partial<RetrainConfig>, input?: Partial<ContinuousTrainingInput>): Promise<void>;
  send(model: string, ...signals: readonly TrainingSignal[]): Promise<void>;
  update(model: string, name: string, argument: unknown): Promise<unknown>;
  status(model: string): Promise<ContinuousTrainingState>;
  explain(model: string): Promise<RetrainExplanation>;
  /** Asks for the state until it fits, and does `between` before it asks again; fails with the last one seen. */
  until(
    model: string,
    fits: (state: ContinuousTrainingState) => boolean,
    between?: () => Promise<void>,
  ): Promise<ContinuousTrainingState>;
  stop(): Promise<void>;
}

/** A dev server, a worker for the pipeline `tiny` and a store, all real. */
export async function startTrainingBench(): Promise<TrainingBench> {
  const folder = await temporaryFolder();
  const server = await startTestServer();
  const worker = await createPipelineWorker({ pipelines: [tiny], store: folder.path, address: server.address, taskQueue: QUEUE });
  const running = worker.run();
  const client = await connectClient({ address: server.address });
  const connection = await connect({ address: server.address });
  const temporal = new Client({ connection, namespace: server.namespace });
  const update = (model: string, name: string, argument: unknown): Promise<unknown> =>
    temporal.workflow.getHandle(continuousTrainingId(model)).executeUpdate(name, { args: [argument] });
  return {
    client,
    temporal,
    connection,
    update,
    objects: await openObjectStore(folder.path),
    begin: async (model, changes = {}, input = {}) => {
      const args = [{ model, ...input }];
      await temporal.workflow.start('continuousTraining', { workflowId: continuousTrainingId(model), taskQueue: QUEUE, args });
      await update(model, 'setPolicy', policyOf(model, changes));
    },
    send: async (model, ...signals) => {
      for (const signal of signals) await client.signalTraining(model, signal);
    },
    status: (model) => client.training(model).status(),
    explain: (model) => client.training(model).explain(),
    until: async (model, fits, between) => {
      for (const startedAt = Date.now(); ;) {
        const state = await client.training(model).status();
        if (fits(state)) return state;
        if (Date.now() - startedAt > LIMIT_MS) throw new Error(`the state never fitted: ${JSON.stringify(state)}`);
        await between?.();
        await waitFor(50, new AbortController().signal);
      }
    },
    stop: async () => {
      for (const release of held.values()) release();
      await connection.close();
      await client.close();
      worker.shutdown();
      await running;
      await server.stop();
      await folder.remove();
    },
  };
}

/** No run is under way and `count` were started. */
export const settled =
  (count: number) =>
  (state: ContinuousTrainingState): boolean =>
    state.started === count && state.active === null;

import { anObject, aPipeline } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  continuousTrainingId,
  type ContinuousTrainingState,
  type RetrainDecision,
} from '../../contracts/entities/continuous-training.js';
import { DEFAULT_TASK_QUEUE } from '../../contracts/plan/pools.js';
import type { RetrainConfig } from '../../contracts/stages/retrain.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { findTestServer } from '../../temporal/server/find-test-server.js';
import type { Doubles } from '../doubles.js';
import { type LifeStory, StoryBook } from './life-story.js';
import { endsOf, type LifeWindow, type OnRetrain, policyOf, signalsOf } from './life-windows.js';
import { standIn } from './stand-in.js';
import { startTestWorker, type TestWorker } from '../test-temporal.js';

/** With a script, retrains are stand-ins; with fakes or faults, each is a run of the pipeline itself. */
export type LifecycleOptions = {
  /** Lines about the test server, when it has to be fetched. */
  readonly onProgress?: (line: string) => void;
} & (ScriptedRetrains | (Doubles & { readonly onRetrain?: never; readonly retrainMs?: never }));

/** Retrains that a test answers itself. */
export interface ScriptedRetrains {
  /** How the n-th retrain, from 1, ends. Default: promoted. */
  readonly onRetrain?: OnRetrain;
  /** How long a retrain takes by the server's clock. Default 1 hour. */
  readonly retrainMs?: number;
  readonly fakes?: never;
  readonly faults?: never;
}

/** A retrain run as the server saw it; times ISO, by the server's clock. */
export interface Retrain {
  readonly n: number;
  readonly workflowId: string;
  readonly startedAt: string;
  /** Null while it runs. */
  readonly endedAt: string | null;
  readonly outcome: string | null;
}

/** What happened in a lifecycle. */
export interface LifecycleStory extends LifeStory {
  readonly retrains: readonly Retrain[];
  /** What the server's clock is ahead of the windows' times, ms; 0 unless the first window lies in the past. */
  readonly aheadMs: number;
}

/** A model whose windows and retrains a test drives, on a Temporal of its own. */
export interface Lifecycle {
  /**
   * Lives through windows, ascending, each at its time by the server's clock; then a day more, and until no retrain is under way (30 days
   * at most). May be called again with later windows. Gives the story from the beginning.
   * @throws RangeError when the windows are out of order.
   */
  live(windows: readonly LifeWindow[]): Promise<LifecycleStory>;
  /** Ends worker and server. Safe to repeat. */
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PATIENCE_MS = 30 * DAY_MS;
/** The runs report their end themselves; nothing terminates them here. */
const RUN_CHECK_MS = 10 * 366 * DAY_MS;

/**
 * The continuous training of a model, the real workflow, on Temporal's test server, whose clock skips over all waits: debounce, cool-down,
 * approvals, pauses between retries. The policy is that of the pipeline's `p.retrain`.
 * @throws PipelineError `TEMPORAL_TEST_SERVER_MISSING`; `TESTING_UNKNOWN_STEP` when the pipeline has no `p.retrain` or a fake names no step;
 *   `TESTING_NO_CHILD_PROCESS` for `killWorkerAt`.
 */
export async function createLifecycle(pipeline: Pipeline, options: LifecycleOptions = {}): Promise<Lifecycle> {
  checkCall('createLifecycle', { pipeline, options }, { pipeline: aPipeline, options: anObject });
  const policy = policyOf(pipeline);
  const { onProgress } = options;
  const { path } = await findTestServer(onProgress === undefined ? {} : { onProgress });
  // Tests of the same file that stay in this process do not wait for the SDK of Temporal to load.
  const { TestWorkflowEnvironment: Environment } = await import('@temporalio/testing');
  const { addSearchAttributes } = await import('../../temporal/search-attributes.js');
  const server = await Environment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  try {
    const namespace = server.namespace ?? 'default';
    // This server lists no search attributes, so there is no looking first.
    await addSearchAttributes(server.connection, namespace);
    return new ServedLife(policy, server, await startWorker(pipeline, options, server, namespace));
  } catch (error) {
    await server.teardown();
    throw error;
  }
}

function startWorker(
  pipeline: Pipeline,
  options: LifecycleOptions,
  server: TestWorkflowEnvironment,
  namespace: string,
): Promise<TestWorker> {
  const { fakes, faults, onRetrain = () => 'promoted' as const, retrainMs = HOUR_MS } = options;
  const connection = { connection: server.nativeConnection, address: server.address, namespace };
  if (fakes === undefined && faults === undefined) return startTestWorker([standIn(pipeline, onRetrain, retrainMs)], connection);
  return startTestWorker([pipeline], {
    ...connection,
    fakes: { ...retrainFakes(pipeline), ...fakes },
    ...(faults === undefined ? {} : { faults }),
  });
}

/** The policy is in force already, and this server has no schedules for its cron triggers. */
function retrainFakes({ plan }: Pipeline): NonNullable<Doubles['fakes']> {
  const { model } = policyOf({ plan });
  const steps = plan.steps.filter(({ kind }) => kind === 'retrain');
  return Object.fromEntries(steps.map(({ id }) => [id, () => ({ entity: continuousTrainingId(model), model })]));
}

async function startEntity(policy: RetrainConfig, { client }: TestWorkflowEnvironment): Promise<WorkflowHandle> {
  const { model } = policy;
  const entity = await client.workflow.start('continuousTraining', {
    workflowId: continuousTrainingId(model),
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ model, runCheckMs: RUN_CHECK_MS }],
  });
  await entity.executeUpdate('setPolicy', { args: [policy] });
  return entity;
}

class ServedLife implements Lifecycle {
  readonly #policy: RetrainConfig;
  readonly #server: TestWorkflowEnvironment;
  readonly #worker: TestWorker;
  readonly #book = new StoryBook();
  #entity: Promise<WorkflowHandle> | null = null;
  #aheadMs = 0;
  #stopped: Promise<void> | null = null;

  constructor(policy: RetrainConfig, server: TestWorkflowEnvironment, worker: TestWorker) {
    this.#policy = policy;
    this.#server = server;
    this.#worker = worker;
  }

  async live(windows: readonly LifeWindow[]): Promise<LifecycleStory> {
    const ends = endsOf(windows);
    const entity = await this.#begin(ends[0]);
    for (const [position, window] of windows.entries()) {
      await this.#sleepUntil((ends[position] ?? 0) + this.#aheadMs);
      await this.#look();
      for (const signal of signalsOf(window, this.#policy)) await entity.signal('trigger', signal);
    }
    await this.#server.sleep(DAY_MS);
    let { active } = await this.#look();
    for (let waitMs = HOUR_MS; active !== null && waitMs <= PATIENCE_MS / 2; waitMs *= 2) {
      await this.#server.sleep(waitMs);
      ({ active } = await this.#look());
    }
    const story = this.#book.story();
    return { ...story, retrains: await this.#retrains(story.decisions), aheadMs: this.#aheadMs };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#worker.stop().finally(() => this.#server.teardown());
    return this.#stopped;
  }

  /** At the first window, for that may be years from now, and this server ends workflows that are older than ten. */
  async #begin(firstMs: number | undefined): Promise<WorkflowHandle> {
    if (this.#entity === null && firstMs !== undefined) {
      this.#aheadMs = Math.max(0, (await this.#server.currentTimeMs()) - firstMs);
      await this.#sleepUntil(firstMs);
    }
    this.#entity ??= startEntity(this.#policy, this.#server);
    return await this.#entity;
  }

  async #sleepUntil(timeMs: number): Promise<void> {
    const waitMs = timeMs - (await this.#server.currentTimeMs());
    if (waitMs > 0) await this.#server.sleep(waitMs);
  }

  async #look(): Promise<ContinuousTrainingState> {
    const entity = await this.#begin(undefined);
    const state = await entity.query<ContinuousTrainingState>('status');
    this.#book.read(state);
    return state;
  }

  #retrains(decisions: readonly RetrainDecision[]): Promise<readonly Retrain[]> {
    return Promise.all(
      decisions.flatMap(({ n, workflowId, outcome }) => (workflowId === null ? [] : [this.#retrain(n, workflowId, outcome)])),
    );
  }

  async #retrain(n: number, workflowId: string, outcome: string | null): Promise<Retrain> {
    const { startTime, closeTime } = await this.#server.client.workflow.getHandle(workflowId).describe();
    return { n, workflowId, startedAt: startTime.toISOString(), endedAt: closeTime?.toISOString() ?? null, outcome };
  }
}

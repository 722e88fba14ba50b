import type { PlanStep } from '../../contracts/plan.js';
import type { StepOutcome, StepTask } from '../../contracts/run.js';
import { operationCaching } from '../../../activities/caching.js';
import { type CodeSource, pipelineCode } from '../../cache/code/pipeline-code.js';
import { finishRecord } from '../../cache/finish-record.js';
import { type Hit, type Miss, openStepCache, type StepCache, type StepCaching } from '../../cache/step-cache.js';
import { stepKinds } from '../../pipeline/plan/step-kinds.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import type { StepLog } from '../../pipeline/step-context.js';
import { createArtifactStore } from '../../store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../../store/port.js';
import type { Heartbeats } from './attempt/heartbeats.js';
import { seedOf } from './run-keys.js';
import { readOutcome, recordOutcome } from './step-record.js';

/** How an operation of a step of the pipeline is cached. */
export function cachingOf(pipeline: CodeSource, step: PlanStep, operation: string): StepCaching {
  return {
    code: async () => (await pipelineCode(pipeline)).cachedCode(step),
    ...(step.kind === 'step' || stepKinds(pipeline.plan).has(step.id)
      ? { isCodeUnchanged: async () => (await pipelineCode(pipeline)).isUnchanged() }
      : {}),
    ...(step.kind === 'step' ? { parametersRead: async () => (await pipelineCode(pipeline)).parametersRead(step.id) } : {}),
    operation: operationCaching[step.kind]?.[operation] ?? {},
  };
}

/** How the key of a record ends. */
const RECORD_END = '.json';

/** What the cache needs to know about the place where an attempt runs. */
type CacheSurroundings = {
  readonly activityId: string;
  readonly objects: ObjectStore;
  readonly log: StepLog;
  readonly caching?: StepCaching;
};

/** The cache across runs as the wrapper of a step sees it. */
export interface CachedStep {
  /** The outcome of another run that this one takes, recorded as its own; null: the work is to be done. */
  readonly hit: StepOutcome | null;
  /** Waits while another run does the same work and then takes its outcome; null: this run does it. */
  claim(signal: AbortSignal, heartbeats: Heartbeats): Promise<StepOutcome | null>;
  /** Records the outcome for later attempts of this run and keeps it for later runs. `steered`: orders had a part in it, so it is not kept. */
  record(objects: ObjectStore, outcome: StepOutcome, steered: boolean): Promise<StepOutcome>;
  release(): Promise<void>;
}

/** @param key - where the outcome is recorded for later attempts of this run. */
export async function openCachedStep(task: StepTask, surroundings: CacheSurroundings, key: string): Promise<CachedStep> {
  const cache = await openCache(task, surroundings);
  if (cache === null) return uncached(key);
  const { objects } = surroundings;
  const take = async ({ outcome, record }: Hit): Promise<StepOutcome> => {
    const [taken] = await Promise.all([recordOutcome(objects, key, outcome, record), cache.remember()]);
    return taken;
  };
  const found = await cache.look();
  const looked = found.outcome === null ? found : await cache.secure(found);
  return {
    hit: looked.outcome === null ? null : await take(looked),
    claim: async (signal, heartbeats) => {
      const shared = await cache.claim(signal, ({ workflowId }) => {
        heartbeats.progress({ done: 0, total: 0, note: `waiting for run ${workflowId}, which computes the same` });
      });
      return shared === null ? null : take(shared);
    },
    record: async (guarded, outcome, steered) => {
      const kept = !steered && (await cache.keeps(outcome.result));
      const recorded = await recordOutcome(guarded, key, outcome, { ...looked.record, kept });
      await Promise.all([...(kept ? [cache.keep(recorded)] : []), cache.remember()]);
      return recorded;
    },
    release: () => cache.release(),
  };
}

/** The outcome that an earlier attempt of this run recorded, or null. Skips the lookup on a first attempt. */
export async function recordedOutcome(
  task: StepTask,
  { attempt, objects }: { readonly attempt: number; readonly objects: ObjectStore },
  key: string,
): Promise<StepOutcome | null> {
  if (isFirst(task, attempt)) return null;
  const recorded = (await readOutcome(objects, key)) ?? (await ofLaterRound(task, objects, key));
  if (recorded === null) return null;
  const { outcome, cache } = recorded;
  if (cache !== null) await finishRecord(objects, task, outcome, cache);
  return outcome;
}

/** In a body that is run again, a step may have succeeded only after a person let it try again there: its record bears that round. */
async function ofLaterRound(
  { again, instance = '' }: StepTask,
  objects: ObjectStore,
  key: string,
): ReturnType<typeof readOutcome> {
  if (again === undefined || instance === '') return null;
  for await (const { key: other } of objects.list(`${key.slice(0, -RECORD_END.length)}~`)) {
    if (other.endsWith(RECORD_END)) return readOutcome(objects, other);
  }
  return null;
}

/**
 * True of nearly all: nothing can have recorded an outcome before. Where that is wrong anyway, as after `temporal activity reset`, the
 * work is done once more and the outcome that was recorded first stays. Light steps come again with their workflow task, uncounted.
 */
export function isFirst({ activityId, again }: StepTask, attempt: number): boolean {
  return attempt === 1 && again === undefined && activityId === undefined;
}

function uncached(key: string): CachedStep {
  return {
    hit: null,
    claim: () => Promise.resolve(null),
    record: (objects, outcome) => recordOutcome(objects, key, outcome),
    release: () => Promise.resolve(),
  };
}

/** What the wrapper would find for the task, or why it would compute. Takes, keeps and remembers nothing. Null: the task is not cached. */
export async function lookAhead(task: StepTask, surroundings: CacheSurroundings): Promise<Hit | Miss | null> {
  const cache = await openCache(task, surroundings);
  return cache === null ? null : cache.look();
}

/** Null when the task is not cached. A step whose code cannot be read runs without the cache and says so in its log. */
async function openCache(task: StepTask, surroundings: CacheSurroundings): Promise<StepCache | null> {
  const { caching, objects, activityId, log } = surroundings;
  if (caching === undefined || task.cache === undefined) return null;
  const artifacts = createArtifactStore(objects);
  try {
    return await openStepCache(task, { caching, artifacts, activityId, seed: seedOf(task), environment: process.env });
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'CACHE_CODE_UNREADABLE') throw error;
    log.warn('the step runs without the cache', { code: error.code, message: error.message });
    return null;
  }
}

import type { CacheComponents, CacheEntry, CacheRecord, RunRef } from '../contracts/store/cache.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { StepOutcome, StepTask } from '../contracts/run.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import { claimLease, type Lease, type LeaseOwner } from '../store/claims/lease.js';
import { entryOf, type Found, findEntry, keepEntry, secureEntry } from './cache-entry.js';
import { cacheKey, componentsOf } from './cache-key.js';
import { changesBetween } from './explain-change.js';
import { keepLastComponents, lastComponents } from './last-components.js';
import type { StepCode } from './code/shared-code.js';

/** What an operation reads beside its inputs, and which of its results may be kept. */
export interface OperationCaching {
  /** `why-rerun` shows the old and new value of a text, and only the change of an object. Null: the result depends on the time and is not kept. */
  readonly reads?: (task: StepTask, artifacts: ArtifactStore) => Promise<JsonObject | null>;
  /** Default: all. */
  readonly keeps?: (result: JsonValue) => boolean;
}

/** How the operations of a step are cached. */
export interface StepCaching {
  /** Rejects when the code cannot be read. */
  readonly code: () => Promise<StepCode>;
  /** False: the code was edited after it was read, so the edited code may have run. Default: unchanged. */
  readonly isCodeUnchanged?: () => Promise<boolean>;
  readonly operation: OperationCaching;
  /** As in `KeySources`. */
  readonly parametersRead?: () => Promise<readonly string[] | null>;
  /** A holder of a computation that is silent for so long counts as dead. */
  readonly leaseMs?: number;
}

export type Hit = { readonly record: CacheRecord; readonly outcome: StepOutcome; readonly entry: CacheEntry };
/** The record says why there is no kept result. */
export type Miss = { readonly record: CacheRecord; readonly outcome: null };

export interface OpenCacheOptions {
  readonly caching: StepCaching;
  readonly artifacts: ArtifactStore;
  readonly seed: number;
  readonly activityId: string;
  readonly environment: { readonly [name: string]: string | undefined };
}

const leaseKey = (key: string): string => `cache/leases/${key}.json`;

/** The cache as one operation of one run sees it. */
export class StepCache {
  readonly #task: StepTask;
  readonly #options: OpenCacheOptions;
  readonly #components: CacheComponents;
  readonly #key: string;
  #lease: Lease | null = null;

  constructor(task: StepTask, options: OpenCacheOptions, components: CacheComponents) {
    this.#task = task;
    this.#options = options;
    this.#components = components;
    this.#key = cacheKey(components);
  }

  /** Looks up a kept result, or says why there is none. */
  async look(): Promise<Hit | Miss> {
    const { cache } = this.#task;
    if (cache?.use !== true) return this.#miss(cache?.forced === true ? 'forced' : 'the cache is switched off for this run');
    const found = await this.#find();
    if (found.entry !== null) return this.#hit(found.entry);
    return this.#miss(found.reason ?? (await this.#whatChanged()));
  }

  /**
   * Waits while another run computes the same result, then gives that result. Null: this run holds the lease to compute until
   * `release`.
   */
  async claim(signal: AbortSignal, onWait: (holder: LeaseOwner) => void): Promise<Hit | null> {
    if (this.#task.cache?.use !== true) return null;
    const { artifacts, activityId, caching } = this.#options;
    const found: { entry: CacheEntry | null } = { entry: null };
    const settled = async (): Promise<boolean> => {
      found.entry = (await this.#find()).entry;
      return found.entry !== null;
    };
    const { leaseMs } = caching;
    const options = { signal, onWait, settled, ...(leaseMs === undefined ? {} : { leaseMs }) };
    this.#lease = await claimLease(artifacts.objects, leaseKey(this.#key), { ...this.#run, activityId }, options);
    // Another run may have finished between the first lookup and the lease.
    if (this.#lease !== null && (await settled())) await this.release();
    return found.entry === null ? null : this.#hit(found.entry);
  }

  /** The hit, if it is still whole, secured against garbage collection; else why there is none. */
  async secure(hit: Hit): Promise<Hit | Miss> {
    return (await secureEntry(this.#options.artifacts, hit.entry)) ? hit : this.#miss('artifacts are gone');
  }

  /** Whether later runs may use such a result. */
  async keeps(result: JsonValue): Promise<boolean> {
    const { operation, isCodeUnchanged } = this.#options.caching;
    return operation.keeps?.(result) !== false && (await isCodeUnchanged?.()) !== false;
  }

  /** Keeps what was computed for later runs. */
  keep(outcome: StepOutcome): Promise<void> {
    return keepEntry(this.#options.artifacts.objects, entryOf(this.#task, this.#key, outcome));
  }

  /** Makes this run the one that `why-rerun` compares later runs with. */
  remember(): Promise<void> {
    const { objects } = this.#options.artifacts;
    return keepLastComponents(objects, this.#task, { run: this.#run, components: this.#components });
  }

  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    await lease?.release();
  }

  get #run(): RunRef {
    const { workflowId, runId } = this.#task.run;
    return { workflowId, runId };
  }

  #find(): Promise<Found> {
    return findEntry(this.#options.artifacts, this.#key, { expiresMs: this.#task.cache?.expiresMs ?? null });
  }

  #hit(entry: CacheEntry): Hit {
    const { outcome, by } = entry;
    const record = this.#record({ hit: true, reason: `unchanged since run ${by.workflowId}`, from: by });
    return { record, outcome: { ...outcome, cached: true }, entry };
  }

  #miss(reason: string): Miss {
    return { record: this.#record({ hit: false, reason, from: null }), outcome: null };
  }

  #record(verdict: Pick<CacheRecord, 'hit' | 'reason' | 'from'>): CacheRecord {
    return { key: this.#key, ...verdict, components: this.#components };
  }

  async #whatChanged(): Promise<string> {
    const last = await lastComponents(this.#options.artifacts.objects, this.#task);
    if (last === null) return 'first time';
    const changes = changesBetween(last.components, this.#components);
    return changes.length === 0 ? 'no result was kept' : changes.join('; ');
  }
}

/** Null when the task is not cached, or its result depends on the time. */
export async function openStepCache(task: StepTask, options: OpenCacheOptions): Promise<StepCache | null> {
  if (task.cache === undefined) return null;
  const { caching, artifacts, seed, environment } = options;
  const { reads: readsOf } = caching.operation;
  const reading: Promise<JsonObject | null> = readsOf === undefined ? Promise.resolve({}) : readsOf(task, artifacts);
  const [code, reads, parametersRead = null] = await Promise.all([caching.code(), reading, caching.parametersRead?.()]);
  if (reads === null) return null;
  return new StepCache(task, options, componentsOf(task, { code, seed, reads, environment, parametersRead }));
}

import { randomUUID } from 'node:crypto';
import {
  type Amount,
  DEFAULT_KEEP_RUNS_MS,
  DEFAULT_OLDER_THAN_MS,
  type GarbageOptions,
  type GarbageSummary,
} from '../contracts/store/garbage.js';
import { inParallel } from '../predictions/in-parallel.js';
import { claimLease } from '../store/claims/lease.js';
import type { ObjectStore } from '../store/port.js';
import { findGarbage, type Garbage } from './find-garbage.js';
import { type Inventory, type Item, itemsOf, takeInventory } from './inventory.js';
import { findKeptRuns, type KeptRuns } from './kept-runs.js';
import type { OpenRuns } from './open-runs.js';
import type { Reachable } from './reachable.js';
import { type Ages, markReachable } from './roots.js';
import { storeNow } from './store-clock.js';
import { summarize } from './summarize.js';
import { Sweep } from './sweep.js';

export interface CollectionParts {
  readonly objects: ObjectStore;
  /** Reads the open runs, once this collection has its turn. */
  readonly openRuns: () => Promise<OpenRuns>;
  readonly signal: AbortSignal;
  /** Progress in words. */
  readonly progress: (message: string) => void;
  /** Called for each object that is removed, or would be. */
  readonly removed?: (key: string, bytes: number) => void;
}

const LEASE_KEY = 'gc/lease.json';
/** Longer than a batch of removals may take, so that a successor never meets a running batch. */
const LEASE_MS = 90_000;
const TELL_EVERY = 500;
const AT_ONCE = 16;

/**
 * Removes from a store what nothing can reach any more: marks, from the records that stay, all that they name, and sweeps what is old and not
 * marked. Any number may run at once, one after the other; one that is killed leaves nothing that the next does not remove. Runs go on beside it.
 * @throws what `openRuns` does, `STORE_*`; the reason of `signal`.
 */
export async function collectGarbage(parts: CollectionParts, options: GarbageOptions = {}): Promise<GarbageSummary> {
  const { objects, signal, progress } = parts;
  if (options.dryRun === true) return new Collection(parts, options, () => true).run(Date.now());
  const owner = { workflowId: 'garbage collection', runId: randomUUID(), activityId: `${process.pid}` };
  const lease = await claimLease(objects, LEASE_KEY, owner, {
    leaseMs: LEASE_MS,
    signal,
    onWait: () => {
      progress('waits for another collection to end');
    },
    settled: () => Promise.resolve(false),
  });
  try {
    return await new Collection(parts, options, () => lease?.isHeld() === true).run(await storeNow(objects));
  } finally {
    await lease?.release();
  }
}

class Collection {
  readonly #parts: CollectionParts;
  readonly #options: Required<GarbageOptions>;
  readonly #mayGoOn: () => boolean;
  readonly #removed = new Map<string, Amount>();
  #count = 0;

  constructor(
    parts: CollectionParts,
    { olderThanMs = DEFAULT_OLDER_THAN_MS, keepRunsMs = DEFAULT_KEEP_RUNS_MS, dryRun = false }: GarbageOptions,
    mayGoOn: () => boolean,
  ) {
    this.#parts = parts;
    this.#options = { olderThanMs, keepRunsMs, dryRun };
    this.#mayGoOn = mayGoOn;
  }

  async run(nowMs: number): Promise<GarbageSummary> {
    const { objects, signal, progress, openRuns } = this.#parts;
    const { olderThanMs, keepRunsMs } = this.#options;
    const startedAt = performance.now();
    const ages: Ages = { graceMs: nowMs - olderThanMs, runsMs: nowMs - Math.max(keepRunsMs, olderThanMs) };
    progress('asks what is under way');
    const open = await openRuns();
    const inventory = await takeInventory(objects, (count) => {
      signal.throwIfAborted();
      progress(`listed ${count} objects`);
    });
    const runs = await findKeptRuns(objects, inventory, open, ages.runsMs);
    progress('marks what has to stay');
    const reachable = await markReachable(objects, inventory, open, { runs, ages });
    const garbage = await findGarbage(objects, inventory, reachable, { runs, ages, nowMs });
    const before = { reachable, runs };
    const summary = summarize(inventory, before);
    const tidied = this.#options.dryRun ? this.#tell(garbage) : await this.#remove(garbage, inventory, before);
    return {
      store: objects.uri,
      ...this.#options,
      startedAt: new Date(nowMs).toISOString(),
      seconds: (performance.now() - startedAt) / 1000,
      ...summary(this.#removed),
      tidied,
    };
  }

  #tell({ records, artifacts, objects }: Garbage): number {
    const items = artifacts.flatMap(({ item, beside }) => [item, ...beside]);
    for (const item of [...records.flat(), ...items, ...objects.map(([, content]) => content)]) this.#note(item);
    return 0;
  }

  async #remove(
    garbage: Garbage,
    inventory: Inventory,
    { reachable }: { readonly reachable: Reachable; readonly runs: KeptRuns },
  ): Promise<number> {
    const { objects, signal } = this.#parts;
    for (const items of garbage.records)
      await inParallel(items, AT_ONCE, async (item) => {
        signal.throwIfAborted();
        await objects.delete(item.key);
        this.#note(item);
      });
    const sweep = new Sweep({
      objects,
      reachable,
      signal,
      knownHolds: new Set(itemsOf(inventory, 'hold').map(({ key }) => key)),
      mayGoOn: this.#mayGoOn,
      removed: (item) => {
        this.#note(item);
      },
    });
    await sweep.artifacts(garbage.artifacts);
    await sweep.contents(garbage.objects);
    return (await objects.tidy?.(this.#options.olderThanMs)) ?? 0;
  }

  #note({ key, kind, bytes }: Item): void {
    const { objects, bytes: so } = this.#removed.get(kind) ?? { objects: 0, bytes: 0 };
    this.#removed.set(kind, { objects: objects + 1, bytes: so + bytes });
    this.#parts.removed?.(key, bytes);
    this.#count += 1;
    if (this.#count % TELL_EVERY === 0) this.#parts.progress(`removed ${this.#count} objects`);
  }
}

import { randomUUID } from 'node:crypto';
import { PipelineError } from '../errors/pipeline-error.js';
import { inParallel } from '../predictions/in-parallel.js';
import { CONDEMNED_MS, CONDEMNED_PREFIX, type ContentIds, HOLDS_PREFIX, readIds } from '../store/claims/holds.js';
import { recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import type { Item, StoredArtifact } from './inventory.js';
import type { Reachable } from './reachable.js';

const AT_ONCE = 16;
const MOST_IN_BATCH = 500;

/** A unit of removal: an artifact with its lineage, or a content. */
interface Unit {
  readonly id: string;
  readonly items: readonly Item[];
  readonly isReached: () => boolean;
}

export interface SweepParts {
  readonly objects: ObjectStore;
  readonly reachable: Reachable;
  readonly signal: AbortSignal;
  /** Holds that the mark has read. */
  readonly knownHolds: ReadonlySet<string>;
  /** False when another collection has taken over. */
  readonly mayGoOn: () => boolean;
  readonly removed: (item: Item) => void;
}

/**
 * Removes contents that may be published again at this moment. For each batch it writes what it condemns (`gc/condemned/...`), reads the newer holds,
 * spares what they reach, removes the rest within half a minute, and deletes its list. A publisher first writes its hold and then reads what is
 * condemned (`takeHold`), so one of the two sees the other.
 */
export class Sweep {
  readonly #parts: SweepParts;
  readonly #known: Set<string>;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    this.#known = new Set(parts.knownHolds);
  }

  /** Manifests first: an artifact is whole or not there. */
  async artifacts(artifacts: readonly StoredArtifact[]): Promise<void> {
    const { reachable } = this.#parts;
    await this.#remove(
      artifacts.map((artifact) => ({
        id: artifact.id,
        items: [artifact.item, ...artifact.beside],
        isReached: () => reachable.artifacts.has(artifact),
      })),
    );
  }

  async contents(contents: readonly (readonly [string, Item])[]): Promise<void> {
    const { reachable } = this.#parts;
    await this.#remove(
      contents.map(([sha256, item]) => ({ id: sha256, items: [item], isReached: () => reachable.objects.has(sha256) })),
    );
  }

  async #remove(units: readonly Unit[]): Promise<void> {
    let left = units;
    while (left.length > 0) {
      const batch = left.slice(0, MOST_IN_BATCH);
      const undone = await this.#removeBatch(batch);
      left = [...undone, ...left.slice(batch.length)];
    }
  }

  /** Returns the units for which the time was too short. */
  async #removeBatch(batch: readonly Unit[]): Promise<readonly Unit[]> {
    const { objects, signal, mayGoOn } = this.#parts;
    const key = `${CONDEMNED_PREFIX}${randomUUID()}.json`;
    signal.throwIfAborted();
    if (!mayGoOn()) throw lostTurn(objects);
    const until = performance.now() + CONDEMNED_MS;
    await objects.put(key, recordBytes({ ids: batch.map(({ id }) => id) } satisfies ContentIds));
    try {
      await this.#readHolds();
      const done = await inParallel(batch, AT_ONCE, (unit) => this.#removeUnit(unit, until));
      for (const result of done) if (typeof result === 'object') throw result.failure;
      return batch.filter((_, index) => done[index] === 'no time');
    } finally {
      await objects.delete(key);
    }
  }

  /** Never rejects: after a failure the list is deleted only once the other removals have ended. */
  async #removeUnit({ items, isReached }: Unit, until: number): Promise<'done' | 'no time' | { readonly failure: unknown }> {
    const { objects, signal, mayGoOn, removed } = this.#parts;
    if (isReached()) return 'done';
    if (performance.now() > until || signal.aborted || !mayGoOn()) return 'no time';
    try {
      const [first] = items;
      const info = first === undefined ? null : await objects.head(first.key);
      // Written again since it was listed.
      if (info !== null && Date.parse(info.modifiedAt) !== first?.atMs) return 'done';
      for (const item of items) {
        await objects.delete(item.key);
        removed(item);
      }
      return 'done';
    } catch (error) {
      return { failure: error };
    }
  }

  async #readHolds(): Promise<void> {
    const { objects, reachable } = this.#parts;
    for await (const { key } of objects.list(HOLDS_PREFIX)) {
      if (this.#known.has(key)) continue;
      await reachable.add(await readIds(objects, key), 'somebody who took hold of it');
      this.#known.add(key);
    }
  }
}

function lostTurn(objects: ObjectStore): PipelineError {
  return new PipelineError('STORE_COLLECTION_LOST', {
    what: 'the garbage collection was silent for so long that another one took over',
    where: `store ${objects.uri}`,
  });
}

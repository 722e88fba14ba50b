import { contentIdsIn } from '../store/artifacts/content-ids.js';
import { getIfThere } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { inParallel } from '../predictions/in-parallel.js';
import type { Inventory, StoredArtifact } from './inventory.js';

const AT_ONCE = 16;
/** A stored value may name others inside its files. */
const NAMING: ReadonlySet<string> = new Set(['value']);
const MOST_VALUE_BYTES = 256 << 20;

/**
 * The reachable artifacts and objects. The mark is conservative: every text in a kept record that has the form of an artifact's id or of an object's
 * hash counts as one. The first record that reaches something is its reason.
 */
export class Reachable {
  readonly artifacts = new Map<StoredArtifact, string>();
  /** By hash. */
  readonly objects = new Map<string, string>();
  readonly #store: ObjectStore;
  readonly #inventory: Inventory;
  readonly #seen = new Set<string>();

  constructor(store: ObjectStore, inventory: Inventory) {
    this.#store = store;
    this.#inventory = inventory;
  }

  /** Reaches these, and from their manifests all that they name. */
  async add(ids: Iterable<string>, why: string): Promise<void> {
    let wave = this.#enter(ids, why);
    while (wave.length > 0) {
      const named = await inParallel(wave, AT_ONCE, (artifact) => this.#namedBy(artifact));
      wave = this.#enter(named.flat(), why);
    }
  }

  #enter(ids: Iterable<string>, why: string): StoredArtifact[] {
    const found: StoredArtifact[] = [];
    for (const id of ids) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      if (this.#inventory.objects.has(id)) this.objects.set(id, why);
      for (const artifact of this.#inventory.artifacts.get(id) ?? []) {
        this.artifacts.set(artifact, why);
        found.push(artifact);
      }
    }
    return found;
  }

  async #namedBy({ kind, item }: StoredArtifact): Promise<string[]> {
    const manifest = await textAt(this.#store, item.key);
    const ids = contentIdsIn(manifest);
    if (!NAMING.has(kind)) return ids;
    const files = ids.filter((id) => this.#inventory.objects.has(id));
    const inside = await Promise.all(files.map(async (sha256) => contentIdsIn(await textAt(this.#store, `objects/${sha256}`))));
    return [...ids, ...inside.flat()];
  }
}

/** Empty when it is gone. */
export async function textAt(store: ObjectStore, key: string): Promise<string> {
  const stored = await getIfThere(store, key, MOST_VALUE_BYTES);
  return stored === null ? '' : stored.bytes.toString('latin1');
}

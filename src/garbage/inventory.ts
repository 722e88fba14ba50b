import type { ArtifactKind } from '../contracts/artifact.js';
import type { ObjectStore } from '../store/port.js';
import { kindOfKey, type KeyKind } from './store-keys.js';

export interface Item {
  readonly key: string;
  readonly kind: KeyKind;
  readonly bytes: number;
  /** When it was written, ms since 1970. */
  readonly atMs: number;
}

/** A manifest with what goes with it. */
export interface StoredArtifact {
  readonly kind: ArtifactKind;
  readonly id: string;
  readonly item: Item;
  /** Lineage records: the runs that made the artifact, and its entries below its inputs. */
  readonly beside: Item[];
}

/** What is known of a run, by the names of its folders: `<workflow>/<run>`. */
export interface StoredRun {
  readonly name: string;
  readonly items: Item[];
  readonly checkpoints: Item[];
  newestMs: number;
}

/** All that is in a store, sorted by what decides about it. */
export interface Inventory {
  readonly objects: Map<string, Item>;
  /** By id. Artifacts of two kinds with an equal id stay or go together. */
  readonly artifacts: Map<string, StoredArtifact[]>;
  /** Lineage records of artifacts that are missing. */
  readonly orphans: Item[];
  readonly runs: Map<string, StoredRun>;
  /** By the name of the run's folder, which ends its key. */
  readonly runIndex: Item[];
  /** Objects of all other kinds. */
  readonly others: Map<KeyKind, Item[]>;
}

const ARTIFACT = /^artifacts\/(?<kind>[^/]+)\/(?<id>[0-9a-f]{16})(?:\.json$|\/)/;
const MADE = /^lineage\/[0-9a-f]{16}\/(?<kind>[a-z-]+)-(?<id>[0-9a-f]{16})\.json$/;
/** Matches the keys of a run: `runs/<workflow>/<run>/...`, `logs/...`, `checkpoints/...`. */
const RUN = /^[a-z]+\/([^/]+\/[^/]+)\//;
const TELL_EVERY = 1_000;

/** Lists the whole store. What is written meanwhile may be missing. */
export async function takeInventory(objects: ObjectStore, listed: (count: number) => void): Promise<Inventory> {
  const inventory: Inventory = {
    objects: new Map(),
    artifacts: new Map(),
    orphans: [],
    runs: new Map(),
    runIndex: [],
    others: new Map(),
  };
  const beside: Item[] = [];
  let count = 0;
  for await (const { key, bytes, modifiedAt } of objects.list('')) {
    const item: Item = { key, kind: kindOfKey(key), bytes, atMs: Date.parse(modifiedAt) };
    if (item.kind === 'origin' || item.kind === 'lineage') beside.push(item);
    else enter(inventory, item);
    count += 1;
    if (count % TELL_EVERY === 0) listed(count);
  }
  for (const item of beside) {
    const { kind, id = '' } = (item.kind === 'origin' ? ARTIFACT : MADE).exec(item.key)?.groups ?? {};
    const owner = inventory.artifacts.get(id)?.find((artifact) => artifact.kind === kind);
    (owner?.beside ?? inventory.orphans).push(item);
  }
  listed(count);
  return inventory;
}

function enter(inventory: Inventory, item: Item): void {
  const { key, kind } = item;
  switch (kind) {
    case 'object':
      inventory.objects.set(key.slice(key.lastIndexOf('/') + 1), item);
      return;
    case 'artifact': {
      const { kind: made = '', id = '' } = ARTIFACT.exec(key)?.groups ?? {};
      append(inventory.artifacts, id, { kind: made as ArtifactKind, id, item, beside: [] });
      return;
    }
    case 'run':
    case 'log':
    case 'checkpoint': {
      const name = RUN.exec(key)?.[1] ?? '';
      const run = inventory.runs.get(name) ?? { name, items: [], checkpoints: [], newestMs: 0 };
      (kind === 'checkpoint' ? run.checkpoints : run.items).push(item);
      run.newestMs = Math.max(run.newestMs, item.atMs);
      inventory.runs.set(name, run);
      return;
    }
    case 'run index':
      inventory.runIndex.push(item);
      return;
    default:
      append(inventory.others, kind, item);
  }
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

export const itemsOf = ({ others }: Inventory, ...kinds: readonly KeyKind[]): readonly Item[] =>
  kinds.flatMap((kind) => others.get(kind) ?? []);

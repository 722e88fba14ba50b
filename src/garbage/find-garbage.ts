import { leftoverFiles } from '../predictions/leftovers.js';
import type { ObjectStore } from '../store/port.js';
import { type Inventory, type Item, itemsOf, type StoredArtifact } from './inventory.js';
import { isDone, type KeptRuns, manifestOf } from './kept-runs.js';
import type { Reachable } from './reachable.js';
import type { Ages } from './roots.js';

export interface Garbage {
  /** Records that nothing can use again. They are deleted directly, the first list before the second. */
  readonly records: readonly [first: readonly Item[], second: readonly Item[]];
  /** Artifacts whose content may be published again at this moment; `Sweep` deletes them. */
  readonly artifacts: readonly StoredArtifact[];
  /** Contents by hash. */
  readonly objects: readonly (readonly [string, Item])[];
}

/** A live collection has removed its own marks long before. */
const CONDEMNED_AGE_MS = 600_000;
/** A reader reads a file of the prediction log within this time after listing it. */
const READERS_MS = 3_600_000;

/** What may go, by reachability and age. */
export async function findGarbage(
  objects: ObjectStore,
  inventory: Inventory,
  reachable: Reachable,
  { runs, ages, nowMs }: { readonly runs: KeptRuns; readonly ages: Ages; readonly nowMs: number },
): Promise<Garbage> {
  const old = (items: readonly Item[], sinceMs = ages.graceMs): readonly Item[] => items.filter(({ atMs }) => atMs < sinceMs);
  const artifacts = [...inventory.artifacts.values()].flat().filter((artifact) => !reachable.artifacts.has(artifact));
  const ofEnded = await ofRuns(objects, inventory, runs, old);
  return {
    records: [
      ofEnded.first,
      [
        ...old(itemsOf(inventory, 'cache entry', 'cache step'), Math.min(ages.runsMs, ages.graceMs)),
        ...old(itemsOf(inventory, 'cache lease', 'replica', 'probe', 'hold')),
        ...old(itemsOf(inventory, 'condemned'), nowMs - CONDEMNED_AGE_MS),
        ...ofEnded.second,
        ...old(await ofPredictions(objects, inventory), Math.min(ages.graceMs, nowMs - READERS_MS)),
        ...old(inventory.orphans),
      ],
    ],
    artifacts,
    objects: [...inventory.objects].filter(([sha256]) => !reachable.objects.has(sha256)),
  };
}

/** A run is found by its line in the index and its manifest: these go first. */
async function ofRuns(
  objects: ObjectStore,
  inventory: Inventory,
  runs: KeptRuns,
  old: (items: readonly Item[]) => readonly Item[],
): Promise<{ readonly first: readonly Item[]; readonly second: readonly Item[] }> {
  const all = [...inventory.runs.values()];
  const gone = all.filter((run) => runs.why(run) === null);
  const kept = new Set(all.filter((run) => runs.why(run) !== null).map(({ name }) => name.slice(name.indexOf('/') + 1)));
  const first: Item[] = old(inventory.runIndex).filter(({ key }) => !kept.has(runOfIndex(key)));
  const second: Item[] = [];
  for (const run of gone) {
    const manifest = manifestOf(run);
    for (const item of run.items) (item.key === manifest ? first : second).push(item);
    second.push(...run.checkpoints);
  }
  for (const run of all.filter((one) => runs.why(one) !== null && !runs.isOpen(one) && one.checkpoints.length > 0))
    if (await isDone(objects, run)) second.push(...old(run.checkpoints));
  return { first, second };
}

/** `run-index/<pipeline>/<age>-<run>.json`. */
const runOfIndex = (key: string): string => key.slice(key.indexOf('-', key.lastIndexOf('/')) + 1, -'.json'.length);

async function ofPredictions(objects: ObjectStore, inventory: Inventory): Promise<readonly Item[]> {
  const byEndpoint = new Map<string, Item[]>();
  for (const item of itemsOf(inventory, 'predictions')) {
    const endpoint = item.key.split('/')[1] ?? '';
    byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), item]);
  }
  const leftovers: Item[] = [];
  for (const [endpoint, items] of byEndpoint) leftovers.push(...(await leftoverFiles(objects, endpoint, items)));
  return leftovers;
}

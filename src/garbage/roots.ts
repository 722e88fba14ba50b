import type { ProducedBy } from '../store/artifacts/create-artifact-store.js';
import { inParallel } from '../predictions/in-parallel.js';
import { contentIdsIn } from '../store/artifacts/content-ids.js';
import type { ObjectStore } from '../store/port.js';
import { type Inventory, type Item, itemsOf, type StoredArtifact, type StoredRun } from './inventory.js';
import { type KeptRuns, manifestOf } from './kept-runs.js';
import type { OpenRuns } from './open-runs.js';
import { Reachable, textAt } from './reachable.js';
import { readWhole } from './read-whole.js';
import type { KeyKind } from './store-keys.js';

const AT_ONCE = 16;
/** Largest foreign object that is searched for names; larger ones are data. */
const MOST_FOREIGN_BYTES = 1 << 20;

/** Kinds of records that always stay, and the summary's word for what they name. */
const STANDING: readonly (readonly [KeyKind, string])[] = [
  ['model', 'a model'],
  ['endpoint', 'an endpoint'],
  ['monitor', 'a monitored window'],
  ['data set', 'a published data set'],
  ['cursor', 'the cursor of an ingest step'],
  ['trigger', 'a trigger'],
];

export interface Ages {
  /** Objects younger than this may be in use by a writer whose record is not written yet. */
  readonly graceMs: number;
  /** Runs and results in the cache that are older go. Both ms since 1970. */
  readonly runsMs: number;
}

/** Marks all that has to stay, from the records that have to. */
export async function markReachable(
  objects: ObjectStore,
  inventory: Inventory,
  open: OpenRuns,
  { runs, ages }: { readonly runs: KeptRuns; readonly ages: Ages },
): Promise<Reachable> {
  const reachable = new Reachable(objects, inventory);
  const addNamedIn = async (items: readonly Item[], why: string): Promise<void> => {
    for (const ids of await inParallel(items, AT_ONCE, async ({ key }) => contentIdsIn(await textAt(objects, key))))
      await reachable.add(ids, why);
  };
  for (const [kind, why] of STANDING) await addNamedIn(itemsOf(inventory, kind), why);
  await reachable.add(open.mentioned, 'an open run');
  for (const run of inventory.runs.values()) {
    if (runs.why(run) !== null) await addNamedIn(recordsOf(run, runs.isOpen(run)), 'the record of a run');
  }
  await addNamedIn(
    itemsOf(inventory, 'cache entry').filter(({ atMs }) => atMs >= ages.runsMs),
    'a result in the cache',
  );
  await addNamedIn(
    itemsOf(inventory, 'hold').filter(({ atMs }) => atMs >= ages.graceMs),
    'somebody who took hold of it',
  );
  await addNamedIn(
    itemsOf(inventory, 'other').filter(({ bytes }) => bytes <= MOST_FOREIGN_BYTES),
    'something in the store that is not ours',
  );
  await reachable.add(youngIds(inventory, ages.graceMs), 'it is young');
  await markMade(objects, inventory, runs, reachable);
  return reachable;
}

/** The manifest of a run that is over has all its results; an open one has said what it has in its records. */
function recordsOf(run: StoredRun, isOpen: boolean): readonly Item[] {
  const manifest = manifestOf(run);
  const records = run.items.filter(({ kind }) => kind === 'run');
  return manifest === null || isOpen ? records : records.filter(({ key }) => key === manifest);
}

function* youngIds({ artifacts, objects }: Inventory, sinceMs: number): Generator<string, void, undefined> {
  for (const [id, stored] of artifacts) if (stored.some(({ item }) => item.atMs >= sinceMs)) yield id;
  for (const [sha256, { atMs }] of objects) if (atMs >= sinceMs) yield sha256;
}

/** Keeps the artifacts that a kept run made, including those that its results do not name. */
async function markMade(objects: ObjectStore, inventory: Inventory, runs: KeptRuns, reachable: Reachable): Promise<void> {
  const unreached = [...inventory.artifacts.values()].flat().filter((artifact) => !reachable.artifacts.has(artifact));
  const made = await inParallel(unreached, AT_ONCE, async (artifact) =>
    (await makersOf(objects, artifact)).some((maker) => maker === null || runs.hasWorkflow(maker)) ? [artifact.id] : [],
  );
  await reachable.add(made.flat(), 'the run that made it');
}

/** Workflow ids; null of a record that cannot be read. */
async function makersOf(objects: ObjectStore, { beside }: StoredArtifact): Promise<readonly (string | null)[]> {
  const makers: (string | null)[] = [];
  for (const { key } of beside.filter(({ kind }) => kind === 'origin'))
    makers.push((await readWhole<ProducedBy>(objects, key, ['workflowId']))?.workflowId ?? null);
  return makers;
}

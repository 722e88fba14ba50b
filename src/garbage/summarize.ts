import type { Amount, GarbageOfKind, GarbageSummary } from '../contracts/store/garbage.js';
import type { Inventory, Item } from './inventory.js';
import type { KeptRuns } from './kept-runs.js';
import type { Reachable } from './reachable.js';
import { STORE_KEYS } from './store-keys.js';

type Totals = Pick<GarbageSummary, 'kinds' | 'removed' | 'kept'>;
type Marks = { readonly reachable: Reachable; readonly runs: KeptRuns };

const NOTHING: Amount = { objects: 0, bytes: 0 };
const plus = (one: Amount, other: Amount): Amount => ({ objects: one.objects + other.objects, bytes: one.bytes + other.bytes });

/** Counts the objects in the store and why they stay; returns a function that completes the summary with the counts of removals. */
export function summarize(inventory: Inventory, marks: Marks): (removed: ReadonlyMap<string, Amount>) => Totals {
  const all = new Map<string, Amount>();
  const why = new Map<string, Map<string, number>>();
  for (const [item, reason] of everyItem(inventory, marks)) {
    all.set(item.kind, plus(all.get(item.kind) ?? NOTHING, { objects: 1, bytes: item.bytes }));
    const reasons = why.get(item.kind) ?? new Map<string, number>();
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    why.set(item.kind, reasons);
  }
  return (removed) => {
    const names = [...STORE_KEYS.map(({ kind }) => kind), 'other'].filter((kind) => all.has(kind));
    const kinds = names.map((kind): GarbageOfKind => {
      const [there, gone] = [all.get(kind) ?? NOTHING, removed.get(kind) ?? NOTHING];
      const kept = { objects: there.objects - gone.objects, bytes: there.bytes - gone.bytes };
      return { kind, removed: gone, kept, why: Object.fromEntries(why.get(kind) ?? []) };
    });
    const total = (amounts: readonly Amount[]): Amount => amounts.reduce(plus, NOTHING);
    return { kinds, removed: total(kinds.map((kind) => kind.removed)), kept: total(kinds.map((kind) => kind.kept)) };
  };
}

function* everyItem(
  inventory: Inventory,
  { reachable, runs }: Marks,
): Generator<readonly [Item, string | null], void, undefined> {
  for (const [sha256, item] of inventory.objects) yield [item, reachable.objects.get(sha256) ?? null];
  for (const artifact of [...inventory.artifacts.values()].flat()) {
    const reason = reachable.artifacts.get(artifact) ?? null;
    yield [artifact.item, reason];
    for (const item of artifact.beside) yield [item, reason];
  }
  for (const item of inventory.orphans) yield [item, null];
  for (const run of inventory.runs.values()) {
    for (const item of [...run.items, ...run.checkpoints]) yield [item, runs.why(run)];
  }
  for (const item of inventory.runIndex) yield [item, null];
  for (const items of inventory.others.values()) for (const item of items) yield [item, null];
}

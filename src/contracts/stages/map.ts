import type { Operation } from './operations.js';
import type { ArtifactRef } from '../artifact.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { Plan, PlanStep } from '../plan.js';
import type { Carriage, Placement, RunIdentity, RunOrigin } from '../run.js';

declare const ITEM: unique symbol;
declare const RESULT: unique symbol;

/**
 * A list of any length in the store: what `context.publishItems` returns and `p.map` takes. `Item` is compile-time only; `context.items`
 * reads it.
 */
export type ItemList<Item = JsonValue> = { readonly count: number; readonly items: ArtifactRef<'value'>; readonly [ITEM]?: Item };

/** An item of a map that failed for good. */
export type ItemFailure = { readonly index: number; readonly code: string; readonly message: string };

/** Result of a map. `context.items` reads the results in the order of the items, null for an item that failed. */
export type MapResult<Result = JsonValue> = {
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The first 20 at most, by index. */
  readonly failures: readonly ItemFailure[];
  readonly results: ArtifactRef<'value'>;
  readonly [RESULT]?: Result;
};

/** A part of a data set; `key` is the name of its file: `context.artifacts.localFile(dataset, key)`. Times are ISO. */
export type DatasetPartition = {
  readonly key: string;
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
};

/** Where the items of a map come from: `input` is the step's input `items`, a list; `partitions` the same, a data set. */
export type MapItemsSpec =
  | { readonly from: 'values'; readonly values: readonly JsonValue[] }
  | { readonly from: 'range'; readonly count: number }
  | { readonly from: 'input' | 'partitions' };

/** Sizes that keep every history of a map small; see `fan-out.ts`. Where the items ask a pool for room, a third of the first two. */
export type MapLimits = {
  /** Most items that run inside the workflow of the run. */
  readonly inline: number;
  /** Most items of one shard, a workflow of its own. */
  readonly shard: number;
  /** Most shards that one workflow starts itself. */
  readonly shards: number;
};

export type MapConfig = {
  /** Id of the map. */
  readonly id: string;
  readonly items: MapItemsSpec;
  /** Items at once, over all shards. */
  readonly concurrency: number;
  /** Share of the items, 0..1, that must succeed. */
  readonly minSuccess: number;
  readonly limits: MapLimits;
};

/** Items [from, to) of a map, and how they are to be run. */
export type MapRange = {
  readonly from: number;
  readonly to: number;
  readonly concurrency: number;
  /** One failed item more stops the range. */
  readonly allowedFailures: number;
};

/** Where shards find their items: the list, and how many items one of them takes at most. */
export type MapPages = { readonly list: ArtifactRef<'value'>; readonly size: number };

/** End of a range. `page` is null when it was stopped before its end. */
export type MapRangeEnd = {
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly ItemFailure[];
  readonly page: ArtifactRef<'value'> | null;
};

/** What every shard of a map needs to know; kept in the store, for it would be in the history of the run once for each shard. */
export type MapContext = {
  readonly run: RunIdentity;
  readonly plan: Pick<Plan, 'team' | 'priority'>;
  readonly step: PlanStep;
  readonly instance: string;
  /** How often the map, or a step around it, was tried again; what had succeeded before is kept. */
  readonly round: number;
  readonly parameters: JsonObject;
  /** Results from outside of the body that its steps use. */
  readonly outer: { readonly [source: string]: JsonValue };
  readonly placement: { readonly [step: string]: Placement };
  /** As in `ResolvedPlan`. */
  readonly carriage?: Carriage;
  /** As in `ReusedResults`. */
  readonly earlier?: readonly RunOrigin[];
  /** Of `outer`, as conditions see it: what they read of stored values is in its place. Absent: nothing differs. */
  readonly facts?: { readonly [source: string]: JsonValue };
};

/** Result of the operation `open`: the items themselves when they are few, else where the shards find them. */
export type OpenedMap = {
  readonly count: number;
  readonly items: readonly JsonValue[] | null;
  readonly pages: MapPages | null;
  readonly context: ArtifactRef<'value'> | null;
};

/** Input of the workflow `mapShard`. */
export type MapShardInput = { readonly range: MapRange; readonly pages: MapPages; readonly context: ArtifactRef<'value'> };

/**
 * Lists of any length as trees of artifacts of kind `value`: a page holds items in order (`items.json`), a list names its pages or
 * smaller lists in order (`pages.json`). One node is in memory at a time.
 */
export type StoredPage = { readonly count: number; readonly ref: ArtifactRef<'value'> };

/** Looking at the items; the items of one shard; writing results in order; bringing pages together in order. */
export type MapOperations = {
  readonly open: Operation<{ readonly context: MapContext }, OpenedMap>;
  readonly page: Operation<{ readonly list: MapPages['list']; readonly from: number; readonly to: number }, readonly JsonValue[]>;
  readonly publish: Operation<{ readonly results: readonly JsonValue[] }, StoredPage>;
  readonly join: Operation<{ readonly pages: readonly StoredPage[] }, StoredPage>;
};

import type { ItemFailure, MapConfig, MapOperations, MapRangeEnd, MapShardInput } from '../../../src/contracts/stages/map.js';
import { type Range, sharesOf, shardRanges } from '../../../src/pipeline/interpreter/fan-out.js';
import type { Cancellable } from '../../temporal/cancellable.js';
import { LISTED_FAILURES, runItems } from './map-items.js';
import { operationsOf } from '../operation-calls.js';
import type { MapHost, StageHost } from '../stage-host.js';

type Told = (counts: { readonly succeeded: number; readonly failed: number }) => void;

/** What a shard does: runs its items, or divides them further when they are more than one page. */
export async function runShard(host: StageHost, map: MapHost, input: MapShardInput, told: Told): Promise<MapRangeEnd> {
  const { range, pages } = input;
  if (range.to - range.from > pages.size) return runShards(host, map, input, told);
  const { from, to } = range;
  const read = await operationsOf<MapOperations>(host).page(
    { list: pages.list, from, to },
    { local: true, part: `${from}-${to}` },
  );
  return runItems(host, map, read, range, told);
}

/**
 * Divides a range among shards and joins their pages in order. At most as many shards run at once as there is concurrency to share; one
 * that ends hands its share on. Stops when more items have failed than may. Rejects when the step is cancelled, or a shard fails itself.
 */
export async function runShards(host: StageHost, map: MapHost, input: MapShardInput, told: Told): Promise<MapRangeEnd> {
  const { range, pages } = input;
  const { limits } = host.config as unknown as MapConfig;
  const ranges = shardRanges(range, { size: pages.size, most: limits.shards });
  const ends: MapRangeEnd[] = [];
  const active = new Set<Cancellable<MapRangeEnd>>();
  let next = 0;
  let succeeded = 0;
  let failed = 0;
  let broken = false;
  const stopped = (): boolean => broken || failed > range.allowedFailures || map.isCancelled();
  const stop = (): void => {
    for (const shard of active) shard.cancel();
  };
  const runOne = async (position: number, part: Range, concurrency: number): Promise<void> => {
    const allowed = range.allowedFailures - failed;
    const shard = map.runShard({ ...input, range: { ...part, concurrency, allowedFailures: allowed } });
    active.add(shard);
    try {
      const end = await shard.done;
      ends[position] = end;
      succeeded += end.succeeded;
      failed += end.failed;
      told({ succeeded, failed });
    } catch (error) {
      if (stopped()) return;
      broken = true;
      throw error;
    } finally {
      active.delete(shard);
      if (stopped()) stop();
    }
  };
  const runSome = async (concurrency: number): Promise<void> => {
    for (let part = ranges[next]; part !== undefined && !stopped(); part = ranges[next]) {
      next += 1;
      await runOne(next - 1, part, concurrency);
    }
  };
  const slots = await Promise.allSettled(sharesOf(range.concurrency, ranges.length).map(runSome));
  if (map.isCancelled()) throw map.cancellation();
  for (const slot of slots) if (slot.status === 'rejected') throw slot.reason;
  const failures = firstFailures(ends);
  if (stopped()) return { succeeded, failed, failures, page: null };
  const counted = ends.map(({ page }, position) => ({ count: lengthOf(ranges[position]), ref: wholePage(page) }));
  const joined = await operationsOf<MapOperations>(host).join(
    { pages: counted },
    { local: true, part: `${range.from}-${range.to}` },
  );
  return { succeeded, failed, failures, page: joined.ref };
}

/** A shard leaves out its page only when the map is being stopped. */
function wholePage(page: MapRangeEnd['page']): NonNullable<MapRangeEnd['page']> {
  if (page === null) throw new Error('a shard ended without its page');
  return page;
}

function firstFailures(ends: readonly MapRangeEnd[]): ItemFailure[] {
  return ends
    .flatMap(({ failures }) => failures)
    .sort((one, other) => one.index - other.index)
    .slice(0, LISTED_FAILURES);
}

function lengthOf(range: Range | undefined): number {
  return range === undefined ? 0 : range.to - range.from;
}

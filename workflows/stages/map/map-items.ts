import type { JsonValue } from '../../../src/contracts/json.js';
import type { ItemFailure, MapConfig, MapOperations, MapRange, MapRangeEnd } from '../../../src/contracts/stages/map.js';
import type { Cancellable } from '../../temporal/cancellable.js';
import { operationsOf } from '../operation-calls.js';
import type { MapHost, StageHost } from '../stage-host.js';

export const LISTED_FAILURES = 20;
const LONGEST_MESSAGE = 300;

type Told = (counts: { readonly succeeded: number; readonly failed: number }) => void;

/**
 * Runs the body for the items of a range, `concurrency` of them at once, and publishes their results in order. Stops, and cancels what is
 * under way, when more have failed than may. Rejects when the step is cancelled.
 */
export async function runItems(
  host: StageHost,
  map: MapHost,
  items: readonly JsonValue[],
  range: MapRange,
  told: Told,
): Promise<MapRangeEnd> {
  const { id } = host.config as unknown as MapConfig;
  const results: JsonValue[] = items.map(() => null);
  const failures: ItemFailure[] = [];
  const active = new Set<Cancellable<JsonValue>>();
  let next = 0;
  let succeeded = 0;
  let failed = 0;
  const stopped = (): boolean => failed > range.allowedFailures || map.isCancelled();
  const runOne = async (position: number, item: JsonValue): Promise<void> => {
    const index = range.from + position;
    const body = host.runBody({ index, results: { [`${id}.item`]: item, [`${id}.index`]: index } });
    active.add(body);
    try {
      results[position] = await body.done;
      succeeded += 1;
    } catch (error) {
      if (stopped()) return;
      failed += 1;
      const { code, message } = map.failureOf(error);
      if (failures.length < LISTED_FAILURES) failures.push({ index, code, message: message.slice(0, LONGEST_MESSAGE) });
      if (stopped()) for (const other of active) other.cancel();
    } finally {
      active.delete(body);
    }
    told({ succeeded, failed });
  };
  const runSome = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined && !stopped(); item = items[next]) {
      next += 1;
      await runOne(next - 1, item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(range.concurrency, items.length) }, runSome));
  if (map.isCancelled()) throw map.cancellation();
  const sorted = failures.sort((one, other) => one.index - other.index);
  if (stopped()) return { succeeded, failed, failures: sorted, page: null };
  const published = await operationsOf<MapOperations>(host).publish({ results }, { local: true, part: `${range.from}` });
  return { succeeded, failed, failures: sorted, page: published.ref };
}

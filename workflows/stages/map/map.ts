import type { MapConfig, MapOperations, MapRange, MapRangeEnd, MapResult, OpenedMap } from '../../../src/contracts/stages/map.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { allowedFailures } from '../../../src/pipeline/interpreter/fan-out.js';
import { runItems } from './map-items.js';
import { runShards } from './map-shards.js';
import { operationsOf } from '../operation-calls.js';
import type { MapHost, StageHost } from '../stage-host.js';

/**
 * Runs the body once for each item. Few items run here; many are a list in the store, of which each shard, a workflow of its own, runs a
 * part. Neither the items nor the results are ever in memory as a whole: pages of results are joined by reference.
 */
export async function mapStage(host: StageHost): Promise<MapResult> {
  const { map } = host;
  if (map === undefined) throw new Error('this step has no body');
  const config = host.config as unknown as MapConfig;
  const opened = await operationsOf<MapOperations>(host).open({ context: map.context() }, { local: true });
  const { count } = opened;
  const range = {
    from: 0,
    to: count,
    concurrency: config.concurrency,
    allowedFailures: allowedFailures(count, config.minSuccess),
  };
  host.count({ done: 0, failed: 0, total: count });
  const end = await runOpened(host, map, opened, range);
  const { succeeded, failed, failures, page } = end;
  if (failed > range.allowedFailures || page === null) throw tooFew(config, count, end);
  host.count({ done: succeeded, failed, total: count });
  return { count, succeeded, failed, failures, results: page };
}

function runOpened(
  host: StageHost,
  map: MapHost,
  { count, items, pages, context }: OpenedMap,
  range: MapRange,
): Promise<MapRangeEnd> {
  const told = ({ succeeded, failed }: { readonly succeeded: number; readonly failed: number }): void => {
    host.count({ done: succeeded, failed, total: count });
  };
  if (items !== null) return runItems(host, map, items, range, told);
  if (pages === null || context === null) throw new Error('a map was opened without its pages');
  return runShards(host, map, { pages, context, range }, told);
}

function tooFew({ id, minSuccess }: MapConfig, count: number, { succeeded, failed, failures }: MapRangeEnd): PipelineError {
  const listed = failures.map(({ index, code, message }) => `item ${index}: ${code}: ${message}`);
  return new PipelineError('MAP_TOO_FEW_SUCCEEDED', {
    what: `${failed} of ${count} items failed`,
    where: `map "${id}"`,
    expected: `a share of ${minSuccess} to succeed`,
    received: `${succeeded} that succeeded before the rest was stopped; ${listed.slice(0, 3).join('; ')}${failed > 3 ? '; ...' : ''}`,
    details: { count, succeeded, failed, failures: [...failures] },
  });
}

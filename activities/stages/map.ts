import { jsonFile } from '../../src/store/artifacts/json-file.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { MapConfig, MapContext, MapOperations } from '../../src/contracts/stages/map.js';
import { admittedLimits, shardSize } from '../../src/pipeline/interpreter/fan-out.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { joinPages, publishList, publishPage, readItems } from '../../src/store/values/item-pages.js';
import { loadParts } from '../../src/store/values/stored-values.js';
import { itemsOf } from './map-items.js';

type Code = OperationCode<MapConfig, JsonObject, MapOperations>;

/** Most bytes of JSON that one operation returns as items: one result must fit into a Temporal payload. */
const MOST_BYTES = 28 * 1024;

/** Reads the items. Returns few of them directly; writes many of them as a list, which the shards read page by page. */
const open: Code['open'] = async ({ config, inputs, arguments: given }, context) => {
  const limits = isAdmitted(given.context) ? admittedLimits(config.limits) : config.limits;
  const items = itemsOf(config, inputs, context.artifacts);
  let count = 0;
  let bytes = 0;
  let largest = 0;
  for await (const item of items()) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    count += 1;
    bytes += size;
    largest = Math.max(largest, size);
  }
  if (count === 0 || (count <= limits.inline && bytes <= MOST_BYTES)) {
    return { count, items: await collect(items()), pages: null, context: null };
  }
  const most = Math.max(1, Math.min(limits.shard, Math.floor(MOST_BYTES / largest)));
  const size = shardSize(count, most, config.concurrency);
  const list = await publishList(context.artifacts, items());
  const file = jsonFile('context.json', JSON.stringify(given.context));
  const shared = await context.artifacts.publish({ kind: 'value', files: [file], meta: { map: config.id }, inputs: [] });
  return { count, items: null, pages: { list: list.ref, size }, context: shared };
};

/** Whether a step of the body runs in a pool with a limit. */
function isAdmitted({ placement }: MapContext): boolean {
  return Object.values(placement).some(({ limit }) => limit !== undefined);
}

/** The items of one shard. */
const page: Code['page'] = ({ arguments: { list, from, to } }, { artifacts }) => collect(readItems(artifacts, list, from, to));

/** Writes the results of some items, in order. */
const publish: Code['publish'] = async ({ arguments: { results } }, { artifacts }) =>
  publishPage(artifacts, await loadParts(artifacts, results));

/** Joins the pages in order. */
const join: Code['join'] = ({ arguments: { pages } }, { artifacts }) => joinPages(artifacts, pages);

export const mapOperations: Code = { open, page, publish, join };

async function collect(items: AsyncIterable<JsonValue>): Promise<JsonValue[]> {
  const collected: JsonValue[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

import type { ArtifactRef } from '../../src/contracts/artifact.js';
import type { DatasetRef } from '../../src/contracts/dataset.js';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/contracts/json.js';
import type { DatasetPartition, MapConfig } from '../../src/contracts/stages/map.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import type { ArtifactStore } from '../../src/store/artifacts/artifact-store.js';
import { readItems } from '../../src/store/values/item-pages.js';

type Items = AsyncIterable<JsonValue> | Iterable<JsonValue>;

const MOST_ITEM_BYTES = 24 * 1024;

/** Iterates over the items of a map, from the first at each call. MAP_ITEMS_INVALID when they are no list, MAP_ITEM_TOO_LARGE. */
export function itemsOf(config: MapConfig, inputs: JsonObject, artifacts: ArtifactStore): () => AsyncGenerator<JsonValue> {
  const source = sourceOf(config, inputs, artifacts);
  return async function* () {
    let index = 0;
    for await (const item of source()) {
      const bytes = Buffer.byteLength(JSON.stringify(item));
      if (bytes > MOST_ITEM_BYTES) throw tooLarge(config.id, index, bytes);
      yield item;
      index += 1;
    }
  };
}

function sourceOf({ id, items }: MapConfig, inputs: JsonObject, artifacts: ArtifactStore): () => Items {
  if (items.from === 'values') {
    const { values } = items;
    if (!Array.isArray(values)) throw invalid(id, 'a list', values);
    return () => values as readonly JsonValue[];
  }
  if (items.from === 'range') {
    const { count } = items;
    if (!Number.isSafeInteger(count) || count < 0) throw invalid(id, 'a whole number of items, 0 or more', count);
    return () => numbersBelow(count);
  }
  const given = inputs['items'];
  if (items.from === 'partitions') {
    const partitions = partitionsOf(given);
    if (partitions === null) throw invalid(id, 'a data set', given);
    return () => partitions;
  }
  if (Array.isArray(given)) return () => given as readonly JsonValue[];
  const list = listOf(given);
  if (list === null) throw invalid(id, 'a list, the result of `context.publishItems`, or the result of a map', given);
  return () => readItems(artifacts, list);
}

function* numbersBelow(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

function partitionsOf(value: JsonValue | undefined): readonly DatasetPartition[] | null {
  if (!isJsonObject(value) || value['kind'] !== 'dataset') return null;
  const { meta } = value as unknown as DatasetRef;
  return meta.parts.map(({ file, rows, from, to }) => ({ key: file, rows, from, to }));
}

/** The list behind an `ItemList` or a `MapResult`. */
function listOf(value: JsonValue | undefined): ArtifactRef<'value'> | null {
  const list = isJsonObject(value) ? (value['items'] ?? value['results']) : undefined;
  return isJsonObject(list) && list['kind'] === 'value' ? (list as unknown as ArtifactRef<'value'>) : null;
}

function invalid(id: string, expected: string, received: JsonValue | undefined): PipelineError {
  return new PipelineError('MAP_ITEMS_INVALID', {
    what: 'the items are no list',
    where: `map "${id}"`,
    expected,
    received: received === undefined ? 'nothing' : JSON.stringify(received).slice(0, 200),
  });
}

function tooLarge(id: string, index: number, bytes: number): PipelineError {
  return new PipelineError('MAP_ITEM_TOO_LARGE', {
    what: `item ${index} is too large`,
    where: `map "${id}"`,
    expected: `at most ${MOST_ITEM_BYTES} bytes of JSON`,
    received: `${bytes} bytes`,
    details: { index, bytes, limit: MOST_ITEM_BYTES },
  });
}

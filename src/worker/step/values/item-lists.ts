import type { ArtifactRef } from '../../../contracts/artifact.js';
import type { JsonValue } from '../../../contracts/json.js';
import type { ItemList } from '../../../contracts/stages/map.js';
import type { StepContext, StoredItems } from '../../../pipeline/step-context.js';
import type { ArtifactStore } from '../../../store/artifacts/artifact-store.js';
import { publishList, readItems } from '../../../store/values/item-pages.js';
import { checkResult } from './check-result.js';

/** Reading and writing lists of any length: the part of a step's context that is for maps. */
export function itemLists(artifacts: ArtifactStore, where: string): Pick<StepContext, 'items' | 'publishItems'> {
  const stored = (ref: ArtifactRef<'value'>): StoredItems<JsonValue> => {
    const read = (): AsyncGenerator<JsonValue> => readItems(artifacts, ref);
    return {
      [Symbol.asyncIterator]: read,
      toArray: async () => {
        const all: JsonValue[] = [];
        for await (const item of read()) all.push(item);
        return all;
      },
    };
  };
  return {
    // The type of an item is the writer's: bytes in the store have none.
    items: (list: ItemList | { readonly results: ArtifactRef<'value'> }) =>
      stored('results' in list ? list.results : list.items) as StoredItems<never>,
    publishItems: async <Item>(items: AsyncIterable<Item> | Iterable<Item>) => {
      const { count, ref } = await publishList(artifacts, checked(items, where));
      return { count, items: ref };
    },
  };
}

/** Each item on its own is checked as a result is. */
async function* checked(items: AsyncIterable<unknown> | Iterable<unknown>, where: string): AsyncGenerator<JsonValue> {
  let index = 0;
  for await (const item of items) {
    yield checkResult(item, `item ${index} of a list of ${where}`);
    index += 1;
  }
}

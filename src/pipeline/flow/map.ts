import type { JsonObject, JsonPrimitive } from '../../contracts/json.js';
import type { ItemList, MapConfig, MapResult } from '../../contracts/stages/map.js';
import { type DraftInput } from '../draft/draft-scope.js';
import type { PipelineDraft } from '../draft/draft.js';
import { type ItemSource, partitionedDataset, rangeCount } from '../references/item-sources.js';
import type { OptionReader } from '../lint/issues.js';
import { isParameterReference, type ParameterReference } from '../references/parameter-reference.js';
import { isReference, type Ref, type Reference } from '../references/reference.js';
import type { StepOptions } from '../options/step-options.js';

/** Retries, time-outs and resources are those of the steps inside. */
export interface MapOptions extends Pick<StepOptions, 'description' | 'after' | 'onFailure'> {
  /** Items at once, over the whole map, 1..10,000; default 100. */
  readonly concurrency?: number;
  /**
   * Share of the items, 0..1, that must succeed; default 1. As soon as it can no longer be reached the rest is cancelled and the map fails
   * with `MAP_TOO_FEW_SUCCEEDED`. The result of an item that failed is null.
   */
  readonly minSuccess?: number;
}

/** What a map may run over: values, a range or partitions, a parameter that is a list, a list that a step returns or publishes. */
export type MapItems<Item> =
  | readonly Item[]
  | ItemSource<Item>
  | ParameterReference<readonly (Item & JsonPrimitive)[]>
  | Ref<readonly Item[]>
  | Ref<ItemList<Item>>;

/** What one run of the body gives: the result behind the reference that it returned, null when it returned none. */
type BodyResult<Returned> = [Returned] extends [Ref<infer Result>] ? Result : null;

/** The results of a map, in the order of its items. */
export type MapReference<Returned> = Reference<MapResult<BodyResult<Returned>>>;

const DEFAULT_CONCURRENCY = 100;
const MOST_CONCURRENCY = 10_000;

export function addMap<Item, Returned>(
  draft: PipelineDraft,
  id: string,
  items: unknown,
  build: (item: Reference<Item>, index: Reference<number>) => Returned,
  options: MapOptions = {},
): MapReference<Returned> {
  const { concurrency = DEFAULT_CONCURRENCY, minSuccess = 1 } = options;
  const body = draft.body(id, ['item', 'index'], ({ item, index }) => build(item as Reference<Item>, index as Reference<number>));
  const source = readItems(items, draft, draft.root.at(id).at('items'));
  return draft.add({
    kind: 'map',
    id,
    options,
    body,
    inputs: source.inputs,
    config: (read) =>
      ({
        id,
        items: source.spec,
        concurrency: read.at('concurrency').number(concurrency, { min: 1, max: MOST_CONCURRENCY, integer: true }),
        minSuccess: read.at('minSuccess').number(minSuccess, { min: 0, max: 1 }),
      }) satisfies { [Key in keyof Omit<MapConfig, 'limits'>]: unknown },
  });
}

type Source = { readonly spec: object; readonly inputs: { readonly [name: string]: DraftInput } };

function readItems(items: unknown, draft: PipelineDraft, at: OptionReader): Source {
  const count = rangeCount(items);
  if (count !== null) return { spec: { from: 'range', count: at.number(count, { min: 0, integer: true }) }, inputs: {} };
  const dataset = partitionedDataset(items);
  if (dataset !== null) return fromInput('partitions', draft.locate(dataset, at));
  if (isReference(items)) return fromInput('input', draft.locate(items, at));
  if (Array.isArray(items)) return { spec: { from: 'values', values: items as readonly unknown[] }, inputs: {} };
  // Its values take the place of the reference when the run gets there.
  if (isParameterReference(items)) return { spec: { from: 'values', values: listParameter(items, draft, at) }, inputs: {} };
  at.report('map', `expected an array, range(), partitionsOf() or the reference of a list, got a ${typeof items}`);
  return { spec: { from: 'values', values: [] }, inputs: {} };
}

function listParameter<Reference extends ParameterReference>(
  parameter: Reference,
  draft: PipelineDraft,
  at: OptionReader,
): Reference {
  const properties = (draft.parameters['properties'] ?? {}) as Readonly<Record<string, JsonObject>>;
  const schema = properties[parameter.$param];
  if (schema !== undefined && schema['type'] !== 'array')
    at.report(
      'map',
      `parameter "${parameter.$param}" is no list; declare it with param.list(...), or use range() for so many items as it says`,
    );
  return parameter;
}

function fromInput(from: 'input' | 'partitions', found: DraftInput | null): Source {
  return { spec: { from }, inputs: found === null ? {} : { items: found } };
}

/** Reports what a body cannot have that runs for very many items: nobody could answer for each of them. */
export function lintMaps(draft: PipelineDraft): void {
  const maps = new Set(draft.steps.filter((step) => step.kind === 'map').map((step) => step.id));
  for (const step of draft.steps) {
    let map: string | null = null;
    for (let scope: typeof step.scope | null = step.scope; scope !== null && map === null; scope = scope.outer)
      if (scope.owner !== null && maps.has(scope.owner)) map = scope.owner;
    if (map === null) continue;
    if (step.kind === 'gate')
      step.read.report('inside-a-map', `an approval would ask once for each item of "${map}"; put it before or after the map`);
    if (step.common.onFailure === 'block')
      step.read
        .at('onFailure')
        .report(
          'inside-a-map',
          `a blocked step would wait for a person once for each item of "${map}"; use minSuccess of the map`,
        );
  }
}

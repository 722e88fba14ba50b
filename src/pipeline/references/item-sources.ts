import { checkCall } from '../../errors/check-call.js';
import { aNumberSetting, aReference } from '../options/kinds.js';
import type { DatasetRef } from '../../contracts/dataset.js';
import type { DatasetPartition } from '../../contracts/stages/map.js';
import type { Setting } from './parameter-reference.js';
import type { Ref } from './reference.js';

declare const ITEM: unique symbol;

/** Items of a map that are worked out when the run gets there. */
export interface ItemSource<Item> {
  readonly [ITEM]: Item;
}

class RangeSource {
  readonly count: Setting<number>;

  constructor(count: Setting<number>) {
    this.count = count;
  }
}

class PartitionSource {
  readonly dataset: Ref<DatasetRef>;

  constructor(dataset: Ref<DatasetRef>) {
    this.dataset = dataset;
  }
}

/** The whole numbers 0, 1, ... below `count`, a number or a parameter. */
export function range(count: Setting<number>): ItemSource<number> {
  checkCall('range', { count }, { count: aNumberSetting });
  return new RangeSource(count) as unknown as ItemSource<number>;
}

/** One item for each Parquet part of a data set, in order: name of its file, rows, and time range. */
export function partitionsOf(dataset: Ref<DatasetRef>): ItemSource<DatasetPartition> {
  checkCall('partitionsOf', { dataset }, { dataset: aReference });
  return new PartitionSource(dataset) as unknown as ItemSource<DatasetPartition>;
}

/** The count of `range`; null when `items` is another source. */
export function rangeCount(items: unknown): Setting<number> | null {
  return items instanceof RangeSource ? items.count : null;
}

/** The data set of `partitionsOf`; null when `items` is another source. */
export function partitionedDataset(items: unknown): Ref<DatasetRef> | null {
  return items instanceof PartitionSource ? items.dataset : null;
}

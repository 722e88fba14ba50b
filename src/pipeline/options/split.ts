import type { Column } from '../../schema/column.js';
import type { Duration } from '../duration.js';
import type { ColumnNeed } from '../lint/column-use.js';

/** How rows are parted into train and test; becomes the `split` of a `FeatureConfig`. */
export interface Split<C extends Column = Column> {
  readonly by: string;
  readonly column: C | null;
  readonly need: ColumnNeed | null;
  readonly options: { readonly [name: string]: unknown };
  /** Options that a pipeline file writes as durations: `test` becomes `testMs` in the plan. */
  readonly durations: { readonly [name: string]: Duration };
  /** What is wrong with options that are right one by one. */
  readonly problems: readonly string[];
}

import type { JsonPrimitive } from '../../contracts/json.js';
import type { Column } from '../../schema/column.js';
import type { ColumnNeed } from '../lint/column-use.js';
import type { Setting } from '../references/parameter-reference.js';

/** A drift statistic of a column or of `score`, and its threshold; becomes a `DriftRule` in the plan. */
export interface DriftMeasure<C extends Column = Column> {
  readonly statistic: string;
  readonly column: C;
  readonly need: ColumnNeed;
  readonly max: Setting<number>;
  /** For a statistic that has options of its own. */
  readonly options?: { readonly [name: string]: JsonPrimitive };
}

export interface Threshold {
  /** A value above it is drift, >= 0; default 0.1, or that of the statistic. */
  readonly max?: Setting<number>;
}

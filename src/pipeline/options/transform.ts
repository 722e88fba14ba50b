import type { TransformSpec } from '../../contracts/stages/feature.js';
import type { Column } from '../../schema/column.js';
import type { ColumnNeed } from '../lint/column-use.js';

/** How one or more raw columns become a feature; `spec` goes into the plan. */
export interface Transform<C extends Column = Column> {
  readonly columns: readonly C[];
  readonly need: ColumnNeed;
  readonly spec: TransformSpec;
  /** For a derived feature: goes into `spec` as data, once the schema of the rows is known. */
  readonly expression?: unknown;
  /** What is wrong with options that are right one by one. */
  readonly problems: readonly string[];
}

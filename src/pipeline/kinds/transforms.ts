import { checkCall } from '../../errors/check-call.js';
import { aNumber, listOf, optional, optionsOf } from '../../errors/kinds.js';
import type { TransformSpec } from '../../contracts/stages/feature.js';
import type { Column } from '../../schema/column.js';
import { isColumn } from '../../schema/column.js';
import type { ColumnNeed, Fitting } from '../lint/column-use.js';
import { aColumn } from '../options/kinds.js';

/** How one or more raw columns become a feature; `spec` goes into the plan. */
export interface Transform<C extends Column = Column> {
  readonly columns: readonly C[];
  readonly need: ColumnNeed;
  readonly spec: TransformSpec;
}

const MAX_CATEGORIES = 100;
const SMOOTHING = 20;
const FOLDS = 5;

/** Hour of the day in UTC, 0..23. */
export function hourOf<C extends Column>(column: Fitting<C, 'timestamp', 'feature.hourOf'>): Transform<C>;
export function hourOf(column: Column): Transform {
  checkCall('feature.hourOf', { column }, { column: aColumn });
  return transform([column], 'timestamp', { transform: 'hour_of', column: column.name });
}

/** Day of the week in UTC. */
export function weekdayOf<C extends Column>(column: Fitting<C, 'timestamp', 'feature.weekdayOf'>): Transform<C>;
export function weekdayOf(column: Column): Transform {
  checkCall('feature.weekdayOf', { column }, { column: aColumn });
  return transform([column], 'timestamp', { transform: 'weekday_of', column: column.name });
}

/** The number as it is, true as 1 and false as 0; a missing value stays missing. */
export function numeric<C extends Column>(column: Fitting<C, 'numeric', 'feature.numeric'>): Transform<C>;
export function numeric(column: Column): Transform {
  checkCall('feature.numeric', { column }, { column: aColumn });
  return transform([column], 'numeric', { transform: 'numeric', column: column.name });
}

/** The number minus the mean of the training rows, over their standard deviation. */
export function standardize<C extends Column>(column: Fitting<C, 'number', 'feature.standardize'>): Transform<C>;
export function standardize(column: Column): Transform {
  checkCall('feature.standardize', { column }, { column: aColumn });
  return transform([column], 'number', { transform: 'standardize', column: column.name });
}

/** One 0/1 feature for each of the `maxCategories` (default 100) most frequent categories of the training rows. */
export function oneHot<C extends Column>(column: Fitting<C, 'category', 'feature.oneHot'>, options?: OneHotOptions): Transform<C>;
export function oneHot(column: Column, options: OneHotOptions = {}): Transform {
  checkCall('feature.oneHot', { column, options }, { column: aColumn, options: optionsOf({ maxCategories: optional(aNumber) }) });
  const { maxCategories = MAX_CATEGORIES } = options;
  return transform([column], 'category', { transform: 'one_hot', column: column.name, maxCategories });
}

interface OneHotOptions {
  readonly maxCategories?: number;
}

interface TargetEncodeOptions {
  /** Rows of prior belief in the overall mean, >= 0; default 20. */
  readonly smoothing?: number;
  /** Parts of the training rows, each encoded by the others, >= 2; default 5. */
  readonly folds?: number;
}

type Encoded = readonly (Column | TargetEncodeOptions)[];
type FittingEach<Given extends Encoded> = {
  [Index in keyof Given]: Given[Index] extends Column
    ? Fitting<Given[Index], 'category', 'feature.targetEncode'>
    : TargetEncodeOptions;
};

/**
 * The mean label of the category, smoothed towards the overall mean. Several columns make one joint key. Options come last:
 * `feature.targetEncode(flights.origin, flights.destination, { smoothing: 5 })`.
 */
export function targetEncode<Given extends readonly [Column, ...Encoded]>(
  ...given: FittingEach<Given>
): Transform<Extract<Given[number], Column>>;
export function targetEncode(...given: Encoded): Transform {
  const last = given.at(-1);
  const options = last === undefined || isColumn(last) ? {} : last;
  const columns = (isColumn(last) ? given : given.slice(0, -1)) as readonly Column[];
  const kinds = { smoothing: optional(aNumber), folds: optional(aNumber) };
  checkCall('feature.targetEncode', { columns, options }, { columns: someColumns, options: optionsOf(kinds) });
  const { smoothing = SMOOTHING, folds = FOLDS } = options;
  return transform(columns, 'category', {
    transform: 'target_encode',
    columns: columns.map(({ name }) => name),
    smoothing,
    folds,
  });
}

const someColumns = {
  ...listOf(aColumn),
  expected: 'one or more columns',
  holds: (value: unknown) => Array.isArray(value) && value.length > 0,
};

function transform(columns: readonly Column[], need: ColumnNeed, spec: TransformSpec): Transform {
  return Object.freeze({ columns, need, spec: Object.freeze(spec) });
}

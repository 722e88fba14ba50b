import { checkCall } from '../../errors/check-call.js';
import { aNumber, aText, listOf, optional, optionsOf } from '../../errors/kinds.js';
import type { TransformSpec } from '../../contracts/stages/feature.js';
import type { ColumnTypes } from '../../schema/schema.js';
import type { ColumnName, ColumnNeed } from '../lint/column-use.js';

/** How one or more raw columns become a feature; `spec` goes into the plan. */
export interface Transform<Name extends string = string, Need extends ColumnNeed = ColumnNeed> {
  readonly columns: readonly Name[];
  readonly need: Need;
  readonly spec: TransformSpec;
}

/** The transforms that fit the columns of a data set. */
export type TransformOf<Columns extends ColumnTypes> = {
  [Need in ColumnNeed]: Transform<ColumnName<Columns, Need>, Need>;
}[ColumnNeed];

const MAX_CATEGORIES = 100;
const SMOOTHING = 20;
const FOLDS = 5;

/** Hour of the day in UTC, 0..23. */
export function hourOf<const Name extends string>(column: Name): Transform<Name, 'timestamp'> {
  checkCall('feature.hourOf', { column }, { column: aText });
  return transform([column], 'timestamp', { transform: 'hour_of', column });
}

/** Day of the week in UTC. */
export function weekdayOf<const Name extends string>(column: Name): Transform<Name, 'timestamp'> {
  checkCall('feature.weekdayOf', { column }, { column: aText });
  return transform([column], 'timestamp', { transform: 'weekday_of', column });
}

/** The number as it is, true as 1 and false as 0; a missing value stays missing. */
export function numeric<const Name extends string>(column: Name): Transform<Name, 'numeric'> {
  checkCall('feature.numeric', { column }, { column: aText });
  return transform([column], 'numeric', { transform: 'numeric', column });
}

/** The number minus the mean of the training rows, over their standard deviation. */
export function standardize<const Name extends string>(column: Name): Transform<Name, 'number'> {
  checkCall('feature.standardize', { column }, { column: aText });
  return transform([column], 'number', { transform: 'standardize', column });
}

/** One 0/1 feature for each of the `maxCategories` (default 100) most frequent categories of the training rows. */
export function oneHot<const Name extends string>(
  column: Name,
  options: { readonly maxCategories?: number } = {},
): Transform<Name, 'category'> {
  checkCall('feature.oneHot', { column, options }, { column: aText, options: optionsOf({ maxCategories: optional(aNumber) }) });
  const { maxCategories = MAX_CATEGORIES } = options;
  return transform([column], 'category', { transform: 'one_hot', column, maxCategories });
}

interface TargetEncodeOptions {
  /** Rows of prior belief in the overall mean, >= 0; default 20. */
  readonly smoothing?: number;
  /** Parts of the training rows, each encoded by the others, >= 2; default 5. */
  readonly folds?: number;
}

/** The mean label of the category, smoothed towards the overall mean. Several columns make one joint key. */
export function targetEncode<const Name extends string>(...columns: readonly [Name, ...Name[]]): Transform<Name, 'category'>;
export function targetEncode<const Name extends string>(
  columns: readonly [Name, ...Name[]],
  options: TargetEncodeOptions,
): Transform<Name, 'category'>;
export function targetEncode(
  ...given: readonly (string | readonly string[] | TargetEncodeOptions)[]
): Transform<string, 'category'> {
  const [first, second = {}] = given;
  const [columns, options] = isList(first) ? [first, second] : [given, {}];
  const kinds = { smoothing: optional(aNumber), folds: optional(aNumber) };
  checkCall('feature.targetEncode', { columns, options }, { columns: listOf(aText), options: optionsOf(kinds) });
  return encodedBy(columns as readonly string[], options as TargetEncodeOptions);
}

function encodedBy(columns: readonly string[], options: TargetEncodeOptions): Transform<string, 'category'> {
  const { smoothing = SMOOTHING, folds = FOLDS } = options;
  return transform(columns, 'category', { transform: 'target_encode', columns, smoothing, folds });
}

function isList(part: string | readonly string[] | TargetEncodeOptions | undefined): part is readonly string[] {
  return Array.isArray(part);
}

function transform<Name extends string, Need extends ColumnNeed>(
  columns: readonly Name[],
  need: Need,
  spec: TransformSpec,
): Transform<Name, Need> {
  return Object.freeze({ columns, need, spec: Object.freeze(spec) });
}

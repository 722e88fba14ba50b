import { checkCall } from '../../errors/check-call.js';
import { optional, optionsOf } from '../../errors/kinds.js';
import { aColumn, aNumberSetting } from '../options/kinds.js';
import type { DriftStatistic } from '../../contracts/stages/monitor.js';
import type { Column } from '../../schema/column.js';
import type { ColumnNeed, Fitting } from '../lint/column-use.js';
import type { Setting } from '../parameter-reference.js';

/** A drift statistic of a column or of `score`, and its threshold; becomes a `DriftRule` in the plan. */
export interface DriftMeasure<C extends Column = Column> {
  readonly statistic: DriftStatistic;
  readonly column: C;
  readonly need: ColumnNeed;
  readonly max: Setting<number>;
}

interface Threshold {
  /** A value above it is drift, >= 0; default 0.1. */
  readonly max?: Setting<number>;
}

const DEFAULT_MAX = 0.1;

function measure(statistic: DriftStatistic, call: string, column: Column, options: Threshold, need: ColumnNeed): DriftMeasure {
  const kinds = { column: aColumn, options: optionsOf({ max: optional(aNumberSetting) }) };
  checkCall(`drift.${call}`, { column, options }, kinds);
  return Object.freeze({ statistic, column, need, max: options.max ?? DEFAULT_MAX });
}

/** Population stability index, >= 0; 0.1 is commonly read as a moderate shift, 0.25 as a large one. */
export function psi<C extends Column>(column: Fitting<C, 'measurable', 'drift.psi'>, options?: Threshold): DriftMeasure<C>;
export function psi(column: Column, options: Threshold = {}): DriftMeasure {
  return measure('psi', 'psi', column, options, 'measurable');
}

/** Jensen-Shannon distance, 0..1. */
export function jensenShannon<C extends Column>(
  column: Fitting<C, 'measurable', 'drift.jensenShannon'>,
  options?: Threshold,
): DriftMeasure<C>;
export function jensenShannon(column: Column, options: Threshold = {}): DriftMeasure {
  return measure('jensen_shannon', 'jensenShannon', column, options, 'measurable');
}

/** Kolmogorov-Smirnov statistic: the greatest gap between two cumulative distributions, 0..1. Numbers only. */
export function ks<C extends Column>(column: Fitting<C, 'number', 'drift.ks'>, options?: Threshold): DriftMeasure<C>;
export function ks(column: Column, options: Threshold = {}): DriftMeasure {
  return measure('ks', 'ks', column, options, 'number');
}

/** Wasserstein distance over the reference's standard deviation, >= 0. Numbers only. */
export function wasserstein<C extends Column>(
  column: Fitting<C, 'number', 'drift.wasserstein'>,
  options?: Threshold,
): DriftMeasure<C>;
export function wasserstein(column: Column, options: Threshold = {}): DriftMeasure {
  return measure('wasserstein', 'wasserstein', column, options, 'number');
}

import { checkCall } from '../../errors/check-call.js';
import { optionsOf } from '../../errors/kinds.js';
import { aNumberSetting } from './kinds.js';
import type { DriftStatistic } from '../../contracts/stages/monitor.js';
import type { ColumnTypes } from '../../schema/schema.js';
import type { ColumnName } from '../lint/column-use.js';
import type { Setting } from '../parameter-reference.js';

/** A drift statistic and its threshold; becomes a `DriftRule` in the plan. `Over`: the kind of column that it can be taken of. */
export interface DriftMeasure<Over extends 'any' | 'number' = 'any' | 'number'> {
  readonly statistic: DriftStatistic;
  readonly max: Setting<number>;
  readonly over: Over;
}

/** Drift rules by raw column or `score`. */
export type DriftOf<Columns extends ColumnTypes> = string extends keyof Columns
  ? { readonly [column: string]: DriftMeasure }
  : { readonly [Name in ColumnName<Columns, 'number'> | 'score']?: DriftMeasure } & {
      readonly [Name in ColumnName<Columns, 'discrete'>]?: DriftMeasure<'any'>;
    };

type Threshold = { readonly max: Setting<number> };

function thresholdOf(constructor: string, options: Threshold): Setting<number> {
  checkCall(constructor, { options }, { options: optionsOf({ max: aNumberSetting }) });
  return options.max;
}

/** Population stability index, >= 0; 0.1 is commonly read as a moderate shift, 0.25 as a large one. */
export function psi(options: Threshold): DriftMeasure<'any'> {
  return Object.freeze({ statistic: 'psi', max: thresholdOf('drift.psi', options), over: 'any' });
}

/** Jensen-Shannon distance, 0..1. */
export function jensenShannon(options: Threshold): DriftMeasure<'any'> {
  return Object.freeze({ statistic: 'jensen_shannon', max: thresholdOf('drift.jensenShannon', options), over: 'any' });
}

/** Kolmogorov-Smirnov statistic: the greatest gap between two cumulative distributions, 0..1. Numbers only. */
export function ks(options: Threshold): DriftMeasure<'number'> {
  return Object.freeze({ statistic: 'ks', max: thresholdOf('drift.ks', options), over: 'number' });
}

/** Wasserstein distance over the reference's standard deviation, >= 0. Numbers only. */
export function wasserstein(options: Threshold): DriftMeasure<'number'> {
  return Object.freeze({ statistic: 'wasserstein', max: thresholdOf('drift.wasserstein', options), over: 'number' });
}

import type { JsonPrimitive } from '../contracts/json.js';
import { checkCall } from '../errors/check-call.js';
import { optional, optionsOf } from '../errors/kinds.js';
import { optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { DriftMeasure, Threshold } from '../pipeline/kinds/drift.js';
import type { Fitting } from '../pipeline/lint/column-use.js';
import { aColumn, aNumberSetting } from '../pipeline/options/kinds.js';
import type { ColumnProfile } from '../profiles/profile.js';
import type { Column } from '../schema/column.js';

/** Columns that a statistic measures: `number` takes floats and integers alone, `measurable` booleans and categories too. */
export type Measured = 'number' | 'measurable';

type Options = { readonly [name: string]: JsonPrimitive };

/** What a drift statistic is made of: how far the values of a window are from those of the training rows, as one number. */
export interface DriftDefinition<Name extends string = string, Need extends Measured = Measured> {
  readonly name: Name;
  readonly column: Need;
  /** Default of `max`, above which a value is drift; 0.1 when it is absent. */
  readonly threshold?: number;
  /** Options beside `max`; default none. */
  readonly options?: OptionsSchema;
  /** At least 0, the more the farther apart; null when one side has no values. Pure. */
  readonly compute: (reference: ColumnProfile, current: ColumnProfile, options: Options) => number | null;
}

/** A drift statistic, as its list keeps it. */
export interface DriftKind extends DriftDefinition, Kind {
  readonly name: string;
  readonly options: OptionsSchema;
}

/** The constructor of a statistic: `drift.psi(flights.distance, { max: 0.2 })`. */
export interface DriftConstructor<Need extends Measured = Measured, Call extends string = string, Given extends object = object> {
  <C extends Column>(column: Fitting<C, Need, Call>, options?: Threshold & Given): DriftMeasure<C>;
  readonly kind: DriftKind;
}

const DEFAULT_MAX = 0.1;

/** @param call - as messages name the constructor, such as `drift.psi`. */
export function driftKind<const Call extends string, Need extends Measured, Given extends object = object>(
  call: Call,
  definition: DriftDefinition<string, Need>,
): DriftConstructor<Need, Call, Given> {
  const kind: DriftKind = Object.freeze({ ...definition, options: definition.options ?? { properties: {} } });
  const measure = (column: Column, given: Threshold & { readonly [name: string]: unknown } = {}): DriftMeasure => {
    const kinds = { ...optionKinds(kind), max: optional(aNumberSetting) };
    checkCall(call, { column, options: given }, { column: aColumn, options: optionsOf(kinds) });
    const { max = kind.threshold ?? DEFAULT_MAX, ...options } = given;
    const others = Object.keys(options).length === 0 ? {} : { options: options as Options };
    return Object.freeze({ statistic: kind.name, column, need: kind.column, max, ...others });
  };
  return Object.freeze(Object.assign(measure, { kind })) as DriftConstructor<Need, Call, Given>;
}

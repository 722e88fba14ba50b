import type { JsonObject } from '../contracts/json.js';
import { checkCall } from '../errors/check-call.js';
import { listOf, optionsOf } from '../errors/kinds.js';
import { optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { GivenOptions, OptionsOf } from '../kinds/options-of.js';
import { withDefaults } from '../kinds/options-of.js';
import type { Fitting } from '../pipeline/lint/column-use.js';
import { aColumn } from '../pipeline/options/kinds.js';
import type { Transform } from '../pipeline/options/transform.js';
import type { SettingsOf } from '../pipeline/references/parameter-reference.js';
import { isParameterReference } from '../pipeline/references/parameter-reference.js';
import type { Column } from '../schema/column.js';
import { isColumn } from '../schema/column.js';
import type { LabelLookup } from './rows/label-lookup.js';
import type {
  ColumnsTransformDefinition,
  ColumnTransformDefinition,
  TransformKind,
  TransformNeed,
} from './transform-definition.js';

type Rest<Schema extends OptionsSchema> = keyof Schema['properties'] extends never
  ? []
  : Partial<Given<Schema>> extends Given<Schema>
    ? [options?: Given<Schema>]
    : [options: Given<Schema>];
type Given<Schema extends OptionsSchema> = SettingsOf<GivenOptions<Schema>>;
/** A transform of one column, as a pipeline file calls it: `feature.standardize(flights.distance)`. */
export type ColumnTransform<Schema extends OptionsSchema, Need extends TransformNeed, Call extends string> = {
  /** What `TRANSFORMS` lists. */
  readonly kind: TransformKind;
} & (<C extends Column>(column: Fitting<C, Need, Call>, ...rest: Rest<Schema>) => Transform<C>);

type FittingEach<Columns extends readonly unknown[], Options, Need extends TransformNeed, Call extends string> = {
  [Index in keyof Columns]: Columns[Index] extends Column ? Fitting<Columns[Index], Need, Call> : Options;
};
/** A transform of one or more columns; options come last: `feature.targetEncode(flights.origin, flights.destination, { smoothing: 5 })`. */
export type ColumnsTransform<Schema extends OptionsSchema, Need extends TransformNeed, Call extends string> = {
  readonly kind: TransformKind;
} & (<Columns extends readonly [Column, ...unknown[]]>(
  ...given: FittingEach<Columns, Given<Schema>, Need, Call>
) => Transform<Extract<Columns[number], Column>>);

/** Only transforms of this package may learn from the label: what they learn is taken apart from the rows that taught it. */
interface Internal {
  readonly lookup?: LabelLookup;
}

/** @param call - the constructor as messages write it: `feature.standardize`. */
export function columnTransform<
  const Schema extends OptionsSchema,
  const Need extends TransformNeed,
  const Call extends string,
  State extends object = OptionsOf<Schema>,
>(call: Call, definition: ColumnTransformDefinition<Schema, Need, State>): ColumnTransform<Schema, Need, Call> {
  const { column: need, ...parts } = definition;
  const kind = { ...parts, need, takes: 'column' } as unknown as TransformKind;
  const make = (column: Column, options: unknown = {}): Transform => {
    checkCall(call, { column, options }, { column: aColumn, options: optionsOf(optionKinds(kind)) });
    return transformOf(kind, [column], { column: column.name }, options as JsonObject);
  };
  return Object.assign(make, { kind }) as unknown as ColumnTransform<Schema, Need, Call>;
}

/** As `columnTransform`, of one or more columns. */
export function columnsTransform<
  const Schema extends OptionsSchema,
  const Need extends TransformNeed,
  const Call extends string,
  State extends object = OptionsOf<Schema>,
>(call: Call, definition: ColumnsTransformDefinition<Schema, Need, State> & Internal): ColumnsTransform<Schema, Need, Call> {
  const { columns: need, ...parts } = definition;
  const kind = { ...parts, need, takes: 'columns' } as unknown as TransformKind;
  const make = (...given: readonly unknown[]): Transform => {
    const last = given.at(-1);
    const options = last === undefined || isColumn(last) ? {} : last;
    const columns = (isColumn(last) ? given : given.slice(0, -1)) as readonly Column[];
    checkCall(call, { columns, options }, { columns: someColumns, options: optionsOf(optionKinds(kind)) });
    return transformOf(kind, columns, { columns: columns.map(({ name }) => name) }, options as JsonObject);
  };
  return Object.assign(make, { kind }) as unknown as ColumnsTransform<Schema, Need, Call>;
}

const someColumns = {
  ...listOf(aColumn),
  expected: 'one or more columns',
  holds: (value: unknown) => Array.isArray(value) && value.length > 0,
};

function transformOf(kind: TransformKind, columns: readonly Column[], named: JsonObject, given: JsonObject): Transform {
  const options = withDefaults(kind.options, given) as JsonObject;
  const isKnown = !Object.values(options).some(isParameterReference);
  return Object.freeze({
    columns,
    need: kind.need,
    spec: Object.freeze({ transform: kind.name, ...named, ...options }),
    problems: isKnown ? (kind.problems?.({ options }) ?? []) : [],
  });
}

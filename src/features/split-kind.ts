import type { JsonObject } from '../contracts/json.js';
import { checkCall } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { GivenOptions } from '../kinds/options-of.js';
import { withDefaults } from '../kinds/options-of.js';
import type { ColumnNeed, Fitting } from '../pipeline/lint/column-use.js';
import { aColumn } from '../pipeline/options/kinds.js';
import type { Split } from '../pipeline/options/split.js';
import type { SettingsOf } from '../pipeline/references/parameter-reference.js';
import { isParameterReference } from '../pipeline/references/parameter-reference.js';
import type { Column } from '../schema/column.js';
import type { SplitDefinition, SplitKind } from './split-definition.js';

type Given<Schema extends OptionsSchema> = SettingsOf<GivenOptions<Schema>>;
type Rest<Schema extends OptionsSchema> = keyof Schema['properties'] extends never
  ? []
  : Partial<Given<Schema>> extends Given<Schema>
    ? [options?: Given<Schema>]
    : [options: Given<Schema>];

/** What a pipeline file calls: `byGroup(orders.customer, { test: 0.2 })`. */
export type SplitConstructor<Schema extends OptionsSchema, Need extends ColumnNeed | null, Call extends string> = {
  /** What `SPLITS` lists. */
  readonly kind: SplitKind;
} & (Need extends ColumnNeed
  ? <C extends Column>(column: Fitting<C, Need, Call>, ...rest: Rest<Schema>) => Split<C>
  : (...rest: Rest<Schema>) => Split<never>);

/** @param call - the constructor as messages write it: `split.byTime`. */
export function splitKind<const Schema extends OptionsSchema, const Need extends ColumnNeed | null, const Call extends string>(
  call: Call,
  definition: SplitDefinition<Schema, Need>,
): SplitConstructor<Schema, Need, Call> {
  const kind = { ...definition } as unknown as SplitKind;
  const kinds = { options: optionsOf(optionKinds(kind)) };
  const make = (...given: readonly unknown[]): Split => {
    const [column, options = {}] = kind.column === null ? [null, given[0]] : given;
    checkCall(call, { column, options }, kind.column === null ? kinds : { column: aColumn, ...kinds });
    const values = withDefaults(kind.options, options as JsonObject);
    const isKnown = !Object.values(values).some(isParameterReference);
    return Object.freeze({
      by: kind.name,
      column: column as Column | null,
      need: kind.column,
      options: Object.freeze(values),
      durations: {},
      problems: isKnown ? (kind.problems?.({ options: values as JsonObject }) ?? []) : [],
    });
  };
  return Object.assign(make, { kind }) as unknown as SplitConstructor<Schema, Need, Call>;
}

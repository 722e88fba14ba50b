import type { JsonObject } from '../contracts/json.js';
import { checkCall } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { optionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { GivenOptions } from '../kinds/options-of.js';
import { withDefaults } from '../kinds/options-of.js';
import type { Operand } from '../pipeline/expressions/expression.js';
import type { ReadsOf } from '../pipeline/expressions/operand-types.js';
import type { ColumnNeed, Fitting } from '../pipeline/lint/column-use.js';
import type { Check, CheckNeed, CheckOptions, RowCheckOptions } from '../pipeline/options/check.js';
import { checkOptionKinds, rowCheckOptionKinds } from '../pipeline/options/check.js';
import { aColumn } from '../pipeline/options/kinds.js';
import type { SettingsOf } from '../pipeline/references/parameter-reference.js';
import type { Column } from '../schema/column.js';
import type { CheckDefinition, CheckKind } from './check-definition.js';

type OptionsOfCheck<Schema extends OptionsSchema, Own extends CheckOptions> = SettingsOf<GivenOptions<Schema>> & Own;
type Rest<Options> = Partial<Options> extends Options ? [options?: Options] : [options: Options];

/** Columns that `where` reads, taken from it alone. */
export type ColumnsOf<Where> = Extract<ReadsOf<NoInfer<Where>>, Column>;

/** What a pipeline file calls: `check.between(flights.delay, { min: 0 })`. */
export type CheckConstructor<Schema extends OptionsSchema, Need extends CheckNeed, Call extends string> = {
  /** What `CHECKS` lists. */
  readonly kind: CheckKind;
} & (Need extends ColumnNeed
  ? <C extends Column, const Where extends Operand = never>(
      column: Fitting<C, Need, Call>,
      ...rest: Rest<OptionsOfCheck<Schema, RowCheckOptions<Where>>>
    ) => Check<C | ColumnsOf<Where>>
  : (...rest: Rest<OptionsOfCheck<Schema, CheckOptions>>) => Check<never>);

/**
 * Makes a check and its constructor. Checks of a column take `mostly`.
 * @param call - the constructor as messages write it: `check.between`.
 */
export function checkKind<const Schema extends OptionsSchema, const Need extends CheckNeed, const Call extends string>(
  call: Call,
  definition: CheckDefinition<Schema, Need>,
): CheckConstructor<Schema, Need, Call> {
  const kind = { ...definition } as unknown as CheckKind;
  const takesColumn = definition.column !== null && definition.column !== 'event time';
  const own = takesColumn ? rowCheckOptionKinds : checkOptionKinds;
  const make = (...given: readonly unknown[]): Check => {
    const [column, options = {}] = takesColumn ? given : [null, given[0]];
    const kinds = optionsOf({ ...optionKinds(kind), ...own });
    checkCall(
      call,
      takesColumn ? { column, options } : { options },
      takesColumn ? { column: aColumn, options: kinds } : { options: kinds },
    );
    return checkOf(kind, column as Column | null, options as CheckOptions & JsonObject);
  };
  return Object.assign(make, { kind }) as unknown as CheckConstructor<Schema, Need, Call>;
}

function checkOf(kind: CheckKind, column: Column | null, given: CheckOptions & JsonObject): Check {
  const { id, severity, mostly, where, ...values } = given as RowCheckOptions & JsonObject;
  return Object.freeze({
    check: kind.name,
    column,
    need: kind.column,
    options: Object.freeze({
      ...(id === undefined ? {} : { id }),
      ...(severity === undefined ? {} : { severity }),
      ...(mostly === undefined ? {} : { mostly }),
      ...(where === undefined ? {} : { where }),
    }),
    arguments: Object.freeze(withDefaults(kind.options, values)),
    durations: {},
    problems: (options: JsonObject) => kind.problems?.({ options, column }) ?? [],
  });
}

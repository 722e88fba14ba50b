import type { SchemaSpec } from '../../contracts/dataset.js';
import type { JsonObject } from '../../contracts/json.js';
import type { ColumnOf } from '../../schema/column.js';
import { eventTimeOf } from '../../schema/schema.js';
import type { RowScope } from '../expressions/row-expression.js';
import { rowExpression } from '../expressions/row-expression.js';
import type { OptionReader } from '../lint/issues.js';
import type { Check } from '../options/check.js';
import { isParameterReference } from '../references/parameter-reference.js';
import type { StepOptions } from '../options/step-options.js';

export interface ValidateOptions<Of extends string = string> extends StepOptions {
  readonly checks: readonly Check<ColumnOf<NoInfer<Of>>>[];
}

/** Becomes a `ValidateConfig`. */
export function validateConfig(checks: readonly Check[], scope: RowScope, read: OptionReader): object {
  const specs = checks.map((check, index) => checkSpec(check, scope, read.at(`checks.${index}`)));
  const seen = new Set<string>();
  for (const [index, { id }] of specs.entries()) {
    if (seen.size === seen.add(id).size) {
      read.at(`checks.${index}`).report('duplicate-check', `a check "${id}" is already there; give one of them another id`);
    }
  }
  return { checks: specs };
}

function checkSpec(check: Check, scope: RowScope, read: OptionReader): { readonly id: string } {
  const { schema } = scope;
  const { need } = check;
  const column = need === 'event time' ? eventTime(check, schema, read) : (check.column?.name ?? null);
  if (schema !== undefined && check.column !== null)
    read.column(schema, check.column, need === null || need === 'event time' ? 'any' : need);
  const { id, severity = 'error', mostly, where } = check.options;
  if (mostly !== undefined) read.at('mostly').number(mostly, { min: 0, max: 1 });
  if (!Object.values(check.arguments).some(isParameterReference)) {
    for (const problem of check.problems(check.arguments as JsonObject)) read.report('range', problem);
  }
  const durations = Object.entries(check.durations).map(([name, text]) => [`${name}Ms`, read.at(name).duration(text)] as const);
  return {
    id: id ?? (check.column === null ? check.check : `${check.check}:${check.column.name}`),
    ...{ check: check.check, severity },
    ...(column === null ? {} : { column }),
    ...(mostly === undefined ? {} : { mostly }),
    ...(where === undefined ? {} : { where: rowExpression(where, ['boolean'], scope, read.at('where')) }),
    ...{ arguments: { ...check.arguments, ...Object.fromEntries(durations) } },
  };
}

function eventTime({ check }: Check, schema: SchemaSpec | undefined, read: OptionReader): string | null {
  if (schema === undefined) return null;
  const column = eventTimeOf(schema);
  if (column === null) read.report('event-time', `${check} needs an event time, and schema "${schema.name}" has none`);
  return column;
}

import type { SchemaSpec } from '../../contracts/dataset.js';
import type { ColumnOf } from '../../schema/column.js';
import { eventTimeOf } from '../../schema/schema.js';
import type { Check } from '../kinds/checks.js';
import type { OptionReader } from '../lint/issues.js';
import type { StepOptions } from '../options/step-options.js';

export interface ValidateOptions<Of extends string = string> extends StepOptions {
  readonly checks: readonly Check<ColumnOf<NoInfer<Of>>>[];
}

/** Becomes a `ValidateConfig`. */
export function validateConfig(checks: readonly Check[], schema: SchemaSpec | undefined, read: OptionReader): object {
  const specs = checks.map((check, index) => checkSpec(check, schema, read.at(`checks.${index}`)));
  const seen = new Set<string>();
  for (const [index, { id }] of specs.entries()) {
    if (seen.size === seen.add(id).size) {
      read.at(`checks.${index}`).report('duplicate-check', `a check "${id}" is already there; give one of them another id`);
    }
  }
  return { checks: specs };
}

function checkSpec(check: Check, schema: SchemaSpec | undefined, read: OptionReader): { readonly id: string } {
  const column = check.max === null ? (check.column?.name ?? null) : eventTime(schema, read);
  if (schema !== undefined && check.column !== null) read.column(schema, check.column, check.need);
  const { id, severity = 'error', mostly } = check.options;
  if (mostly !== undefined) read.at('mostly').number(mostly, { min: 0, max: 1 });
  const { min, max } = check.arguments;
  if (typeof min === 'number' && typeof max === 'number' && min > max) read.report('range', `min ${min} is above max ${max}`);
  if ((check.check === 'row_count_between' || check.check === 'between') && min === undefined && max === undefined) {
    read.report('range', 'expected min, max or both');
  }
  return {
    id: id ?? (check.column === null ? check.check : `${check.check}:${check.column.name}`),
    ...{ check: check.check, severity },
    ...(column === null ? {} : { column }),
    ...(mostly === undefined ? {} : { mostly }),
    ...{ arguments: check.max === null ? check.arguments : { maxMs: read.at('max').duration(check.max) } },
  };
}

function eventTime(schema: SchemaSpec | undefined, read: OptionReader): string | null {
  if (schema === undefined) return null;
  const column = eventTimeOf(schema);
  if (column === null) read.report('event-time', `freshness needs an event time, and schema "${schema.name}" has none`);
  return column;
}

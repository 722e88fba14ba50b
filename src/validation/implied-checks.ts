import type { ColumnSpec } from '../contracts/dataset.js';
import type { CheckSpec } from '../contracts/stages/validate.js';
import { between } from './checks/between.js';
import { inSet } from './checks/in-set.js';
import { notNull } from './checks/not-null.js';
import type { CheckKind } from './check-definition.js';

/** The checks that a column of a schema implies: `schema.<column>.not_null`, `.range`, `.values`, of severity error. */
export function impliedChecks(column: ColumnSpec): readonly CheckSpec[] {
  const implied = ({ kind }: { readonly kind: CheckKind }, suffix: string, values: CheckSpec['arguments']): CheckSpec => ({
    check: kind.name,
    id: `schema.${column.name}.${suffix}`,
    column: column.name,
    severity: 'error',
    arguments: values,
  });
  const bounds = {
    ...(column.min === undefined ? {} : { min: column.min }),
    ...(column.max === undefined ? {} : { max: column.max }),
  };
  return [
    ...(column.nullable ? [] : [implied(notNull, 'not_null', {})]),
    ...(Object.keys(bounds).length === 0 ? [] : [implied(between, 'range', bounds)]),
    ...(column.values === undefined ? [] : [implied(inSet, 'values', { values: column.values })]),
  ];
}

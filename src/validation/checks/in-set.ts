import type { ColumnType } from '../../contracts/dataset.js';
import { literal } from '../../contracts/sql-text.js';
import { parseInstant, timestampLiteral } from '../../data/event-time.js';
import { checkCall } from '../../errors/check-call.js';
import { aBoolean, aNumber, anObject, aText, either, listOf } from '../../errors/kinds.js';
import type { Operand } from '../../pipeline/expressions/expression.js';
import type { Check, RowCheckOptions } from '../../pipeline/options/check.js';
import { aColumn } from '../../pipeline/options/kinds.js';
import type { Column } from '../../schema/column.js';
import type { ColumnsOf } from '../check-kind.js';
import { checkKind } from '../check-kind.js';

type SetValue = string | number | boolean;
const SHOWN_VALUES = 10;
const someValues = { ...listOf(either(aText, aNumber, aBoolean)), expected: "a list of values such as ['red', 'blue']" };

const ofOptions = checkKind('check.inSet', {
  name: 'in_set',
  column: 'any',
  options: {
    properties: {
      values: {
        title: 'a non-empty list of values',
        type: 'array',
        minItems: 1,
        items: { type: ['string', 'number', 'boolean'] },
      },
    },
    required: ['values'],
  },
  byValue: true,
  problems: ({ options: { values }, column: { type } }) =>
    values.filter((value) => valueSql(type, value) === null).map((value) => `"${value}" is no value of a ${type} column`),
  rule: ({ column: { sql, type }, options: { values } }) => {
    const shown = values.slice(0, SHOWN_VALUES).join(', ');
    return {
      applies: `${sql} IS NOT NULL`,
      breaks: `${sql} NOT IN (${values.map((value) => valueSql(type, value)).join(', ')})`,
      expected: values.length > SHOWN_VALUES ? `one of ${values.length} values: ${shown}, ...` : `one of ${shown}`,
    };
  },
});

/** Values are among those listed, compared as values of the column's type; missing values pass. Costs as the distinct values. */
export const inSet = Object.assign(
  <C extends Column, const Where extends Operand = never>(
    column: C,
    values: readonly SetValue[],
    options: RowCheckOptions<Where> = {},
  ): Check<C | ColumnsOf<Where>> => {
    const kinds = { column: aColumn, values: someValues, options: anObject };
    checkCall('check.inSet', { column, values, options }, kinds);
    return ofOptions(column as Column, { ...options, values }) as unknown as Check<C | ColumnsOf<Where>>;
  },
  { kind: ofOptions.kind },
);

/** A listed value as a value of the column; null when the column cannot have it. */
function valueSql(type: ColumnType, value: SetValue): string | null {
  switch (type) {
    case 'category':
    case 'text':
      return literal(String(value));
    case 'float':
    case 'integer': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) return null;
      return type === 'integer' && Number.isSafeInteger(number) ? String(number) : `'${String(number)}'::DOUBLE`;
    }
    case 'boolean':
      return /^(true|false)$/i.test(String(value)) ? String(value).toLowerCase() : null;
    case 'timestamp': {
      const ms = typeof value === 'string' ? parseInstant(value) : value;
      return typeof ms === 'number' && Number.isInteger(ms) ? timestampLiteral(ms) : null;
    }
  }
}

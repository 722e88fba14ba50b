import type { ColumnSpec } from '../contracts/dataset.js';
import type { CheckSpec } from '../contracts/stages/validate.js';
import { parseInstant, timestampLiteral } from '../data/event-time.js';
import { identifier, literal } from '../contracts/sql-text.js';
import type { CompiledCheck, CompileResult } from './compiled-check.js';

/** A check that holds or not for each row: it passes when at least `mostly` of the rows that it looks at hold. */
interface RowRule {
  /** Rows that the check looks at. */
  readonly applies: string;
  /** Those of them that break it. */
  readonly breaks: string;
  readonly expected: string;
}

/** Not `FILTER (WHERE ...)`: for each of these the engine would copy the columns of all. */
const countRows = (where: string): string => `count_if(${where})`;

function rowCheck(spec: CheckSpec, column: string, rule: RowRule, count: (where: string) => string = countRows): CompiledCheck {
  const mostly = spec.mostly ?? 1;
  return {
    spec,
    expected: mostly === 1 ? rule.expected : `${rule.expected} in at least ${String(mostly * 100)}% of rows`,
    column,
    aggregates: [count(rule.applies), count(`${rule.applies} AND ${rule.breaks}`)],
    judge: ([looked, broken]) => {
      const total = Number(looked);
      const failingRows = Number(broken);
      const share = total === 0 ? 1 : (total - failingRows) / total;
      return { passed: share >= mostly, observed: share, failingRows };
    },
  };
}

/** Share of rows that have a value; NaN is none. */
export function notNull(spec: CheckSpec, { name, type }: ColumnSpec): CompiledCheck {
  const missing = `${identifier(name)} IS NULL`;
  const breaks = type === 'float' ? `(${missing} OR isnan(${identifier(name)}))` : missing;
  return rowCheck(spec, name, { applies: 'true', breaks, expected: 'a value' });
}

/** Share of non-null rows inside inclusive bounds; NaN is outside. */
export function between(
  spec: CheckSpec,
  column: string,
  { min, max }: { readonly min: number | null; readonly max: number | null },
): CompiledCheck {
  const name = identifier(column);
  const outside = [
    ...(min === null ? [] : [`${name} < ${String(min)}`]),
    ...(max === null ? [] : [`${name} > ${String(max)}`]),
    `isnan(${name}::DOUBLE)`,
  ];
  const expected = [...(min === null ? [] : [`>= ${String(min)}`]), ...(max === null ? [] : [`<= ${String(max)}`])].join(' and ');
  return rowCheck(spec, column, { applies: `${name} IS NOT NULL`, breaks: `(${outside.join(' OR ')})`, expected });
}

const SHOWN_VALUES = 10;

/** Share of non-null rows whose value is one of those listed, compared as values of the column's type. Costs as the distinct values. */
export function inSet(spec: CheckSpec, column: ColumnSpec, values: readonly SetValue[]): CompileResult {
  const problems = values.filter((value) => valueSql(column, value) === null);
  if (problems.length > 0)
    return { problems: problems.map((value) => `"${String(value)}" is no value of a ${column.type} column`) };
  const name = identifier(column.name);
  const shown = values.slice(0, SHOWN_VALUES).join(', ');
  const rule: RowRule = {
    applies: `${name} IS NOT NULL`,
    breaks: `${name} NOT IN (${values.map((value) => valueSql(column, value)).join(', ')})`,
    expected: values.length > SHOWN_VALUES ? `one of ${String(values.length)} values: ${shown}, ...` : `one of ${shown}`,
  };
  return { check: { ...rowCheck(spec, column.name, rule, countByValue), byValue: true } };
}

const countByValue = (where: string): string => `coalesce(sum(CASE WHEN ${where} THEN n END), 0)`;

type SetValue = string | number | boolean;

/** A listed value as a value of the column; null when the column cannot have it. */
function valueSql({ type }: ColumnSpec, value: SetValue): string | null {
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

/** Non-null values occur once each; `failingRows` counts the repeats. */
export function unique(spec: CheckSpec, column: string): CompiledCheck {
  const name = identifier(column);
  return {
    spec,
    expected: 'each value once',
    column,
    aggregates: [`count(${name})`, `count(DISTINCT ${name})`],
    judge: ([present, distinct]) => {
      const failingRows = Number(present) - Number(distinct);
      const share = Number(present) === 0 ? 1 : Number(distinct) / Number(present);
      return { passed: share >= (spec.mostly ?? 1), observed: share, failingRows };
    },
  };
}

import { identifier, literal } from '../data/sql-text.js';
import type { CheckSpec } from '../contracts/stages.js';
import type { CompiledCheck } from './compiled-check.js';

/** A check that holds or not for each row: it passes when at least `mostly` of the rows that it looks at hold. */
interface RowRule {
  /** Rows that the check looks at. */
  readonly applies: string;
  /** Those of them that break it. */
  readonly breaks: string;
  readonly expected: string;
}

function rowCheck(spec: CheckSpec, rule: RowRule): CompiledCheck {
  const mostly = spec.mostly ?? 1;
  return {
    spec,
    expected: mostly === 1 ? rule.expected : `${rule.expected} in at least ${String(mostly * 100)}% of rows`,
    aggregates: [`count(*) FILTER (WHERE ${rule.applies})`, `count(*) FILTER (WHERE ${rule.applies} AND ${rule.breaks})`],
    judge: ([looked, broken]) => {
      const total = Number(looked);
      const failingRows = Number(broken);
      const share = total === 0 ? 1 : (total - failingRows) / total;
      return { passed: share >= mostly, observed: share, failingRows };
    },
  };
}

/** Share of rows that have a value. */
export function notNull(spec: CheckSpec, column: string): CompiledCheck {
  return rowCheck(spec, { applies: 'true', breaks: `${identifier(column)} IS NULL`, expected: 'a value' });
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
  return rowCheck(spec, { applies: `${name} IS NOT NULL`, breaks: `(${outside.join(' OR ')})`, expected });
}

const SHOWN_VALUES = 10;

/** Share of non-null rows whose text is one of the values. */
export function inSet(spec: CheckSpec, column: string, values: readonly string[]): CompiledCheck {
  const name = identifier(column);
  const shown = values.slice(0, SHOWN_VALUES).join(', ');
  return rowCheck(spec, {
    applies: `${name} IS NOT NULL`,
    breaks: `${name}::VARCHAR NOT IN (${values.map(literal).join(', ')})`,
    expected: values.length > SHOWN_VALUES ? `one of ${String(values.length)} values: ${shown}, ...` : `one of ${shown}`,
  });
}

/** Non-null values occur once each; `failingRows` counts the repeats. */
export function unique(spec: CheckSpec, column: string): CompiledCheck {
  const name = identifier(column);
  return {
    spec,
    expected: 'each value once',
    aggregates: [`count(${name})`, `count(DISTINCT ${name})`],
    judge: ([present, distinct]) => {
      const failingRows = Number(present) - Number(distinct);
      const share = Number(present) === 0 ? 1 : Number(distinct) / Number(present);
      return { passed: share >= (spec.mostly ?? 1), observed: share, failingRows };
    },
  };
}

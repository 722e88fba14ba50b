import { epochMsSql } from '../contracts/epoch-ms.js';
import { isoInstant } from '../data/event-time.js';
import { identifier } from '../contracts/sql-text.js';
import type { CheckSpec } from '../contracts/stages/validate.js';
import type { CompiledCheck } from './compiled-check.js';

/** Number of rows inside inclusive bounds. */
export function rowCountBetween(
  spec: CheckSpec,
  { min, max }: { readonly min: number | null; readonly max: number | null },
): CompiledCheck {
  const expected = [...(min === null ? [] : [`>= ${String(min)}`]), ...(max === null ? [] : [`<= ${String(max)}`])].join(' and ');
  return {
    spec,
    expected: `${expected} rows`,
    column: null,
    aggregates: [],
    judge: (_values, rows) => ({
      passed: rows >= (min ?? 0) && rows <= (max ?? Number.POSITIVE_INFINITY),
      observed: rows,
      failingRows: 0,
    }),
  };
}

/** The newest event time is at most `maxMs` before `endMs`. A dataset without any event time fails. */
export function freshness(
  spec: CheckSpec,
  column: string,
  { maxMs, endMs }: { readonly maxMs: number; readonly endMs: number },
): CompiledCheck {
  const oldest = endMs - maxMs;
  return {
    spec,
    expected: `a row at or after ${isoInstant(oldest)}`,
    column,
    aggregates: [epochMsSql(`max(${identifier(column)})`)],
    judge: ([newest]) => {
      if (typeof newest !== 'number') return { passed: false, observed: null, failingRows: 0 };
      return { passed: newest >= oldest, observed: isoInstant(newest), failingRows: 0 };
    },
  };
}

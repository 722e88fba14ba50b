import type { CheckSpec } from '../contracts/stages/validate.js';
import { sqlQuote } from '../contracts/sql-text.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { CheckKind, CheckSubject, CheckVerdict, RowRule, TableMeasure } from './check-definition.js';
import type { CompiledCheck } from './compiled-check.js';

/** What a check is compiled for. */
export interface CheckTarget {
  readonly spec: CheckSpec;
  readonly column: CheckSubject['column'];
  readonly options: CheckSubject['options'];
  readonly untilMs: number;
}

/** EXTENSION_RESULT_INVALID when a function of the kind gives something else than its door asks for. */
export function compileCheck(kind: CheckKind, { spec, ...target }: CheckTarget): CompiledCheck {
  const mostly = spec.mostly ?? 1;
  const subject: CheckSubject = { ...target, mostly, quote: sqlQuote };
  const column = target.column?.name ?? null;
  if (kind.rule !== undefined) return { spec, column, ...rowCheck(kind, kind.rule(subject), mostly) };
  const measured = kind.measure?.(subject);
  if (measured === undefined || !isMeasure(measured)) throw wrongResult(kind, 'measure', '{ expected, aggregates, judge }');
  const { expected, aggregates } = measured;
  return { spec, column, expected, aggregates, judge: (values, rows) => verdictOf(kind, measured.judge(values, rows)) };
}

/** Not `FILTER (WHERE ...)`: for each of these the engine would copy the columns of all. */
const countRows = (where: string): string => `count_if(${where})`;
const countByValue = (where: string): string => `coalesce(sum(CASE WHEN ${where} THEN n END), 0)`;

function rowCheck(kind: CheckKind, rule: RowRule, mostly: number): Omit<CompiledCheck, 'spec' | 'column'> {
  if (!isRule(rule)) throw wrongResult(kind, 'rule', '{ applies, breaks, expected }, each a text');
  const { applies, breaks, expected } = rule;
  const count = kind.byValue === true ? countByValue : countRows;
  return {
    expected: mostly === 1 ? expected : `${expected} in at least ${mostly * 100}% of rows`,
    aggregates: [count(applies), count(`(${applies}) AND (${breaks})`)],
    ...(kind.byValue === true ? { byValue: true } : {}),
    judge: ([looked, broken]) => {
      const total = Number(looked);
      const failingRows = Number(broken);
      const share = total === 0 ? 1 : (total - failingRows) / total;
      return { passed: share >= mostly, observed: share, failingRows };
    },
  };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isRule = (value: Partial<RowRule> | undefined): value is RowRule =>
  [value?.applies, value?.breaks, value?.expected].every(isText);

const isMeasure = ({ expected, aggregates, judge }: Partial<TableMeasure>): boolean =>
  isText(expected) && Array.isArray(aggregates) && aggregates.every(isText) && typeof judge === 'function';

function verdictOf(kind: CheckKind, verdict: CheckVerdict): CheckVerdict {
  const { passed, observed, failingRows }: Partial<CheckVerdict> = verdict;
  const holds =
    typeof passed === 'boolean' &&
    (observed === null || typeof observed === 'string' || Number.isFinite(observed)) &&
    typeof failingRows === 'number' &&
    Number.isInteger(failingRows) &&
    failingRows >= 0;
  if (holds) return { passed, observed, failingRows };
  throw wrongResult(
    kind,
    'judge',
    '{ passed: true or false, observed: a finite number, a text or null, failingRows: a whole number from 0 }',
  );
}

function wrongResult(kind: CheckKind, part: string, expected: string): PipelineError {
  return new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `\`${part}\` of the check "${kind.name}" returned something else`,
    expected,
  });
}

import type { ColumnSpec, DatasetMeta } from '../contracts/dataset.js';
import type { CheckSpec } from '../contracts/stages/validate.js';
import type { RowExpression } from '../contracts/stages/row-expression.js';
import { identifier } from '../contracts/sql-text.js';
import { parseInstant } from '../data/event-time.js';
import { thrownText } from '../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import { optionProblems } from '../kinds/check-options.js';
import { withDefaults } from '../kinds/options-of.js';
import { columnsRead } from '../pipeline/expressions/columns-read.js';
import { sqlText } from '../pipeline/expressions/row-sql.js';
import { TYPES_THAT_MEET } from '../pipeline/lint/column-use.js';
import { eventTimeOf } from '../schema/schema.js';
import type { CheckKind, CheckSubject } from './check-definition.js';
import { CHECKS } from './checks.js';
import { compileCheck } from './compile-check.js';
import type { CompiledCheck, CompileResult } from './compiled-check.js';
import { impliedChecks } from './implied-checks.js';

/** The data set, with its columns by name. */
type Rows = { readonly meta: DatasetMeta; readonly columns: ReadonlyMap<string, ColumnSpec>; readonly untilMs: number };

/**
 * Compiles the declared checks, followed by those that the schema implies. Freshness is measured from the end of the dataset's window, or from now
 * when it has none. VALIDATION_CHECK_INVALID lists every problem of every check.
 */
export function compileChecks(checks: readonly CheckSpec[], meta: DatasetMeta): readonly CompiledCheck[] {
  const compiled: CompiledCheck[] = [];
  const problems: string[] = [];
  const columns = new Map(meta.schema.columns.map((column) => [column.name, column]));
  const untilMs = (meta.to === null ? null : parseInstant(meta.to)) ?? Date.now();
  for (const spec of [...checks, ...meta.schema.columns.flatMap(impliedChecks)]) {
    const result = compile(spec, { meta, columns, untilMs });
    if ('check' in result) compiled.push(result.check);
    else problems.push(...result.problems.map((problem) => `check "${spec.id}" (${spec.check}): ${problem}`));
  }
  if (problems.length > 0) {
    throw new PipelineError('VALIDATION_CHECK_INVALID', { what: someOf(problems, '; '), details: { problems } });
  }
  return compiled;
}

function compile(spec: CheckSpec, rows: Rows): CompileResult {
  const kind = CHECKS.find(spec.check);
  if (kind === undefined) return { problems: [`unknown check; there are ${CHECKS.names().join(', ')}`] };
  if (spec.mostly !== undefined && !(spec.mostly >= 0 && spec.mostly <= 1)) {
    return { problems: [`\`mostly\` must be 0..1, got ${String(spec.mostly)}`] };
  }
  const column = columnFor(kind, spec, rows);
  if (typeof column === 'string') return { problems: [column] };
  const wrong = optionProblems(kind, spec.arguments);
  if (wrong.length > 0) return { problems: wrong };
  const options = withDefaults(kind.options, spec.arguments) as CheckSubject['options'];
  let compiled: CompiledCheck;
  try {
    const problems = kind.problems?.({ options, column }) ?? [];
    if (problems.length > 0) return { problems };
    compiled = compileCheck(kind, { spec, column, options, untilMs: rows.untilMs });
  } catch (error) {
    if (isPipelineError(error)) throw error;
    return { problems: [`its kind threw: ${thrownText(error)}`] };
  }
  return spec.where === undefined ? { check: compiled } : lookingAt(spec.where, compiled, rows);
}

/** The check over the rows for which its `where` is true. */
function lookingAt(where: RowExpression, check: CompiledCheck, { columns: known }: Rows): CompileResult {
  if (check.column === null) return { problems: ['takes no `where`, as it looks at the data set and not at rows'] };
  const columns = columnsRead(where);
  const unknown = columns.filter((name) => !known.has(name));
  if (unknown.length > 0)
    return { problems: unknown.map((name) => `\`where\`: unknown column "${name}"; there are ${someOf([...known.keys()])}`) };
  const sql = sqlText(where);
  const rowsAggregate = check.byValue === true ? 'sum(n)' : 'count(*)';
  return {
    check: {
      ...check,
      expected: `${check.expected} where ${sql}`,
      where: { sql, columns },
      aggregates: [...check.aggregates, rowsAggregate],
      judge: (values) => check.judge(values.slice(0, -1), Number(values.at(-1) ?? 0)),
    },
  };
}

/** The column, null where the check takes none, or what is wrong with it. */
function columnFor(kind: CheckKind, spec: CheckSpec, { meta, columns }: Rows): CheckSubject['column'] | string {
  const { column: need } = kind;
  if (need === null) return null;
  const named = spec.column ?? (need === 'event time' ? eventTimeOf(meta.schema) : undefined);
  if (named === undefined) return 'needs a column';
  if (named === null) return 'needs a column, as the schema has no event time';
  const column = columns.get(named);
  if (column === undefined) return `unknown column "${named}"; there are ${someOf([...columns.keys()])}`;
  const types: readonly string[] = TYPES_THAT_MEET[need === 'event time' ? 'timestamp' : need];
  if (!types.includes(column.type)) return `needs a column of type ${types.join(' or ')}, got a ${column.type} column`;
  return { name: column.name, type: column.type, sql: identifier(column.name) };
}

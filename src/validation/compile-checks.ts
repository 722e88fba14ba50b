import type { ColumnSpec, DatasetMeta } from '../contracts/dataset.js';
import type { CheckSpec } from '../contracts/stages/validate.js';
import { parseInstant } from '../data/event-time.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import { eventTimeOf } from '../schema/schema.js';
import type { CompiledCheck, CompileResult } from './compiled-check.js';
import { between, inSet, notNull, unique } from './row-checks.js';
import { freshness, rowCountBetween } from './table-checks.js';

/** The data set, with its columns by name. */
type Rows = { readonly meta: DatasetMeta; readonly columns: ReadonlyMap<string, ColumnSpec> };
type Compiler = (spec: CheckSpec, rows: Rows) => CompileResult;

const COMPILERS: { readonly [check: string]: Compiler } = {
  row_count_between: (spec) => withBounds(spec, (bounds) => rowCountBetween(spec, bounds)),
  not_null: (spec, rows) => withColumn(spec, rows, (column) => ({ check: notNull(spec, column) })),
  between: (spec, rows) =>
    withColumn(spec, rows, (column) => {
      if (column.type !== 'float' && column.type !== 'integer')
        return { problems: [`needs a number, got a ${column.type} column`] };
      return withBounds(spec, (bounds) => between(spec, column.name, bounds));
    }),
  in_set: (spec, rows) =>
    withColumn(spec, rows, (column) => {
      const values = spec.arguments['values'];
      if (!isValues(values)) return { problems: ['argument `values` must be a non-empty list of values'] };
      return inSet(spec, column, values);
    }),
  unique: (spec, rows) => withColumn(spec, rows, (column) => ({ check: unique(spec, column.name) })),
  freshness: (spec, rows) => {
    const { meta } = rows;
    const named = spec.column === undefined ? eventTimeOf(meta.schema) : spec.column;
    if (named === null) return { problems: ['needs a column, as the schema has no event time'] };
    return withColumn({ ...spec, column: named }, rows, (column) => {
      const maxMs = spec.arguments['maxMs'];
      if (column.type !== 'timestamp') return { problems: [`needs a timestamp, got a ${column.type} column`] };
      if (typeof maxMs !== 'number' || !(maxMs >= 0)) return { problems: ['argument `maxMs` must be milliseconds, 0 or more'] };
      const endMs = meta.to === null ? null : parseInstant(meta.to);
      return { check: freshness(spec, column.name, { maxMs, endMs: endMs ?? Date.now() }) };
    });
  },
};

/**
 * Compiles the declared checks, followed by those that the schema implies (`schema.<column>.not_null`, `.range`, `.values`, severity error).
 * Freshness is measured from the end of the dataset's window, or from now when it has none.
 * VALIDATION_CHECK_INVALID lists every problem of every check.
 */
export function compileChecks(checks: readonly CheckSpec[], meta: DatasetMeta): readonly CompiledCheck[] {
  const compiled: CompiledCheck[] = [];
  const problems: string[] = [];
  const rows = { meta, columns: new Map(meta.schema.columns.map((column) => [column.name, column])) };
  for (const spec of [...checks, ...meta.schema.columns.flatMap(impliedChecks)]) {
    const result = compileCheck(spec, rows);
    if ('check' in result) compiled.push(result.check);
    else problems.push(...result.problems.map((problem) => `check "${spec.id}" (${spec.check}): ${problem}`));
  }
  if (problems.length > 0) {
    throw new PipelineError('VALIDATION_CHECK_INVALID', { what: someOf(problems, '; '), details: { problems } });
  }
  return compiled;
}

function isValues(values: unknown): values is readonly (string | number | boolean)[] {
  return Array.isArray(values) && values.length > 0 && values.every((value) => /^(string|number|boolean)$/.test(typeof value));
}

function compileCheck(spec: CheckSpec, rows: Rows): CompileResult {
  const compiler = Object.hasOwn(COMPILERS, spec.check) ? COMPILERS[spec.check] : undefined;
  if (compiler === undefined) return { problems: [`unknown check; there are ${Object.keys(COMPILERS).join(', ')}`] };
  if (spec.mostly !== undefined && !(spec.mostly >= 0 && spec.mostly <= 1)) {
    return { problems: [`\`mostly\` must be 0..1, got ${String(spec.mostly)}`] };
  }
  return compiler(spec, rows);
}

function impliedChecks(column: ColumnSpec): CheckSpec[] {
  const implied = (check: string, suffix: string, values: CheckSpec['arguments']): CheckSpec => ({
    check,
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
    ...(column.nullable ? [] : [implied('not_null', 'not_null', {})]),
    ...(Object.keys(bounds).length === 0 ? [] : [implied('between', 'range', bounds)]),
    ...(column.values === undefined ? [] : [implied('in_set', 'values', { values: column.values })]),
  ];
}

function withColumn(spec: CheckSpec, { columns }: Rows, compile: (column: ColumnSpec) => CompileResult): CompileResult {
  if (spec.column === undefined) return { problems: ['needs a column'] };
  const column = columns.get(spec.column);
  return column === undefined
    ? { problems: [`unknown column "${spec.column}"; there are ${someOf([...columns.keys()])}`] }
    : compile(column);
}

function withBounds(
  spec: CheckSpec,
  compile: (bounds: { readonly min: number | null; readonly max: number | null }) => CompiledCheck,
): CompileResult {
  const { min = null, max = null } = spec.arguments;
  const isBound = (bound: unknown): bound is number | null => bound === null || typeof bound === 'number';
  if (!isBound(min) || !isBound(max)) return { problems: ['arguments `min` and `max` must be numbers'] };
  if (min === null && max === null) return { problems: ['needs `min`, `max` or both'] };
  if (min !== null && max !== null && min > max) return { problems: [`\`min\` ${String(min)} is above \`max\` ${String(max)}`] };
  return { check: compile({ min, max }) };
}

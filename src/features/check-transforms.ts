import type { ColumnSpec, ColumnType, SchemaSpec } from '../contracts/dataset.js';
import type { FeatureConfig, TransformSpec } from '../contracts/stages/feature.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';

const NEEDS: { readonly [Transform in TransformSpec['transform']]: readonly ColumnType[] } = {
  hour_of: ['timestamp'],
  weekday_of: ['timestamp'],
  numeric: ['float', 'integer', 'boolean'],
  standardize: ['float', 'integer', 'boolean'],
  one_hot: ['category', 'text'],
  target_encode: ['category', 'text'],
};

type Columns = ReadonlyMap<string, ColumnSpec>;

/** Raw columns that a transform reads. */
export function columnsOf(spec: TransformSpec): readonly string[] {
  return spec.transform === 'target_encode' ? spec.columns : [spec.column];
}

/** FEATURE_TRANSFORM_INVALID with every problem of every feature: transform, columns and their types, options, names. */
export function checkTransforms(config: FeatureConfig, schema: SchemaSpec): void {
  const features = Object.entries(config.columns);
  const columns = new Map(schema.columns.map((column) => [column.name, column]));
  const problems = [
    ...(features.length === 0 ? ['there is no feature'] : []),
    ...features.flatMap(([feature, spec]) =>
      transformProblems(spec, columns).map((problem) => `feature "${feature}": ${problem}`),
    ),
    ...nameProblems(features.map(([feature]) => feature)),
  ];
  if (problems.length > 0) throw invalidTransforms(problems);
}

/** Feature names are columns of one file, where case does not count. */
export function nameProblems(names: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    if (/^(raw_|__)/i.test(name)) return [`feature "${name}": names that start with raw_ or __ are reserved`];
    const twin = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    return twin === undefined ? [] : [`features "${twin}" and "${name}" have the same name up to case`];
  });
}

export function invalidTransforms(problems: readonly string[]): PipelineError {
  return new PipelineError('FEATURE_TRANSFORM_INVALID', { what: someOf(problems, '; '), details: { problems } });
}

function transformProblems(spec: TransformSpec, schema: Columns): readonly string[] {
  if (!Object.hasOwn(NEEDS, spec.transform)) {
    return [`unknown transform "${spec.transform}"; there are ${Object.keys(NEEDS).join(', ')}`];
  }
  const columns = columnsOf(spec);
  return [
    ...(columns.length === 0 ? [`${spec.transform} needs at least one column`] : []),
    ...columns.flatMap((name) => columnProblems(spec, name, schema)),
    ...optionProblems(spec),
  ];
}

function columnProblems({ transform }: TransformSpec, name: string, schema: Columns): readonly string[] {
  const column = schema.get(name);
  if (column === undefined) {
    return [`unknown column "${name}"; there are ${someOf([...schema.keys()])}`];
  }
  if (!NEEDS[transform].includes(column.type)) {
    return [`${transform} needs a ${NEEDS[transform].join(' or ')} column, got "${name}" of type ${column.type}`];
  }
  return hasNoMissingValue(column)
    ? [`${transform} needs a column that is not nullable, as a ${column.type} of a request has no missing value`]
    : [];
}

/** The tensors of timestamps and booleans cannot carry "missing". */
function hasNoMissingValue({ type, nullable }: ColumnSpec): boolean {
  return nullable && (type === 'timestamp' || type === 'boolean');
}

function optionProblems(spec: TransformSpec): readonly string[] {
  if (spec.transform === 'one_hot') {
    return Number.isInteger(spec.maxCategories) && spec.maxCategories >= 1 ? [] : ['maxCategories must be a whole number from 1'];
  }
  if (spec.transform !== 'target_encode') return [];
  return [
    ...(Number.isFinite(spec.smoothing) && spec.smoothing >= 0 ? [] : ['smoothing must be 0 or more']),
    ...(Number.isInteger(spec.folds) && spec.folds >= 2 ? [] : ['folds must be a whole number from 2']),
  ];
}

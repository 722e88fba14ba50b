import type { ColumnSpec, ColumnType, SchemaSpec } from '../contracts/dataset.js';
import type { FeatureConfig, TransformSpec } from '../contracts/stages/feature.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { JsonObject } from '../contracts/json.js';
import { someOf } from '../errors/some-of.js';
import { optionProblems } from '../kinds/check-options.js';
import { withDefaults } from '../kinds/options-of.js';
import { TYPES_THAT_MEET } from '../pipeline/lint/column-use.js';
import { rawColumnsOf, stateOf } from './encoding/encoder.js';
import type { TransformKind } from './transform-definition.js';
import { TRANSFORMS } from './transforms.js';

type Columns = ReadonlyMap<string, ColumnSpec>;

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
  const kind = TRANSFORMS.find(spec.transform);
  if (kind === undefined) return [`unknown transform "${spec.transform}"; there are ${TRANSFORMS.names().join(', ')}`];
  const columns = rawColumnsOf(spec);
  const wrong = optionProblems(kind, stateOf(spec));
  return [
    ...(columns.length === 0 ? [`${kind.name} needs at least one column`] : []),
    ...columns.flatMap((name) => columnProblems(kind, name, schema)),
    ...wrong,
    ...(wrong.length > 0 ? [] : (kind.problems?.({ options: withDefaults(kind.options, stateOf(spec)) as JsonObject }) ?? [])),
  ];
}

function columnProblems({ name: transform, need }: TransformKind, name: string, schema: Columns): readonly string[] {
  const column = schema.get(name);
  if (column === undefined) {
    return [`unknown column "${name}"; there are ${someOf([...schema.keys()])}`];
  }
  const types: readonly ColumnType[] = TYPES_THAT_MEET[need];
  if (!types.includes(column.type)) {
    return [`${transform} needs a ${types.join(' or ')} column, got "${name}" of type ${column.type}`];
  }
  return hasNoMissingValue(column)
    ? [`${transform} needs a column that is not nullable, as a ${column.type} of a request has no missing value`]
    : [];
}

/** The tensors of timestamps and booleans cannot carry "missing". */
function hasNoMissingValue({ type, nullable }: ColumnSpec): boolean {
  return nullable && (type === 'timestamp' || type === 'boolean');
}

import { epochMsSql } from '../../contracts/epoch-ms.js';
import { identifier, sqlQuote } from '../../contracts/sql-text.js';
import type { Encoder } from './encoder.js';
import { featureNamesOf, rawColumnsOf, stateOf, wrongResult } from './encoder.js';
import type { TargetLookup } from '../rows/label-lookup.js';
import { foldOf, keyName } from '../rows/label-lookup.js';
import type { TransformKind, TransformNeed } from '../transform-definition.js';
import { TRANSFORMS } from '../transforms.js';

const INPUTS: { readonly [Need in TransformNeed]: (column: string) => string } = {
  number: rawFloat,
  numeric: rawFloat,
  timestamp: (column) => epochMsSql(identifier(column)),
  category: rawText,
  text: rawText,
};

/** A raw number as float32; null becomes NaN. */
function rawFloat(column: string): string {
  return `coalesce(${identifier(column)}::FLOAT, 'NaN'::FLOAT)`;
}

/** A raw category; null becomes the empty string. */
function rawText(column: string): string {
  return `coalesce(${identifier(column)}, '')`;
}

/** The columns of a transform in SQL, as they are served. */
export function inputsOf(kind: TransformKind, columns: readonly string[]): readonly string[] {
  return columns.map(INPUTS[kind.need]);
}

/** SELECT of the features as FLOAT, in row order. Mirrors `buildPreprocessGraph`. @param others - further columns, in SQL. */
export function encodedRows(
  relation: string,
  encoders: readonly Encoder[],
  others: readonly string[],
  lookups: ReadonlyMap<string, TargetLookup>,
): string {
  const joins: string[] = [];
  const selected = encoders.flatMap((encoder, position) => {
    const kind = TRANSFORMS.named(encoder.transform);
    const inputs = inputsOf(kind, rawColumnsOf(encoder));
    const alias = `t${String(position)}`;
    const lookup = lookups.get(encoder.feature);
    if (lookup !== undefined) {
      const conditions = [
        ...inputs.map((input, part) => `${alias}.${keyName(part)} = ${input}`),
        ...(lookup.folds === null ? [] : [`${alias}.fold = ${foldOf('__turn', lookup.folds)}`]),
      ];
      joins.push(`LEFT JOIN ${lookup.table} ${alias} ON ${conditions.join(' AND ')}`);
    }
    const names = featureNamesOf(encoder);
    const columns = [
      kind.sql({ inputs, state: stateOf(encoder), quote: sqlQuote, lookup: `${alias}.value` }),
    ].flat() as unknown[];
    if (columns.length !== names.length || !columns.every((sql) => typeof sql === 'string'))
      throw wrongResult(kind, 'sql', `an expression for each of ${names.join(', ')}`);
    return names.map((name, part) => `(${String(columns[part])})::FLOAT AS ${identifier(name)}`);
  });
  return `SELECT ${[...selected, ...others].join(', ')} FROM ${relation} ${joins.join(' ')} ORDER BY __row`;
}

import { epochMsSql } from '../contracts/epoch-ms.js';
import { identifier, literal } from '../contracts/sql-text.js';
import type { Encoder } from './encoder.js';
import { featureNamesOf } from './encoder.js';

/** A float32 value as SQL, exact to the bit. */
export function floatLiteral(value: number): string {
  return `'${String(value)}'::FLOAT`;
}

/** A raw number as float32; null becomes NaN. */
export function rawFloat(column: string): string {
  return `coalesce(${identifier(column)}::FLOAT, 'NaN'::FLOAT)`;
}

/** A raw category; null becomes the empty string. */
export function rawText(column: string): string {
  return `coalesce(${identifier(column)}, '')`;
}

/** Name of the i-th column of a key in a lookup table. */
export function keyName(position: number): string {
  return `key_${String(position)}`;
}

/** Part 0..folds-1 of a training row, by its `__turn` (see `addTurns`): all parts have the same share of each label. */
export function foldOf(turn: string, folds: number): string {
  return `${turn} % ${String(folds)}`;
}

/** Where the values of a target encoding come from: a lookup by key, for training rows by key and fold. */
export type TargetLookup = { readonly table: string; readonly folds: number | null };

/** SELECT of the features as FLOAT, in row order. Mirrors `buildPreprocessGraph`. @param others - further columns, in SQL. */
export function encodedRows(
  relation: string,
  encoders: readonly Encoder[],
  others: readonly string[],
  lookups: ReadonlyMap<string, TargetLookup>,
): string {
  const joins: string[] = [];
  const selected = encoders.flatMap((encoder, position) => {
    const alias = `t${String(position)}`;
    const lookup = lookups.get(encoder.feature);
    if (encoder.transform === 'target_encode' && lookup !== undefined) {
      const conditions = [
        ...encoder.columns.map((column, part) => `${alias}.${keyName(part)} = ${rawText(column)}`),
        ...(lookup.folds === null ? [] : [`${alias}.fold = ${foldOf('__turn', lookup.folds)}`]),
      ];
      joins.push(`LEFT JOIN ${lookup.table} ${alias} ON ${conditions.join(' AND ')}`);
    }
    const names = featureNamesOf(encoder);
    return encoderSql(encoder, alias).map((sql, part) => `(${sql})::FLOAT AS ${identifier(names[part] ?? encoder.feature)}`);
  });
  return `SELECT ${[...selected, ...others].join(', ')} FROM ${relation} ${joins.join(' ')} ORDER BY __row`;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function encoderSql(encoder: Encoder, alias: string): readonly string[] {
  switch (encoder.transform) {
    case 'hour_of':
      return [`${flooredModulo(epochMsSql(identifier(encoder.column)), DAY_MS)} // ${String(HOUR_MS)}`];
    case 'weekday_of': {
      const ms = epochMsSql(identifier(encoder.column));
      return [flooredModulo(`((${ms} - ${flooredModulo(ms, DAY_MS)}) // ${String(DAY_MS)} + 4)`, 7)];
    }
    case 'numeric':
      return [rawFloat(encoder.column)];
    case 'standardize': {
      const value = rawFloat(encoder.column);
      const scaled = `(${value} - ${floatLiteral(encoder.mean)}) * ${floatLiteral(encoder.scale)}`;
      return [`CASE WHEN isnan(${value}) THEN 0::FLOAT ELSE ${scaled} END`];
    }
    case 'one_hot':
      return encoder.categories.map((category) => `(${rawText(encoder.column)} = ${literal(category)})`);
    case 'target_encode':
      return [`coalesce(${alias}.value, ${floatLiteral(encoder.prior)})`];
  }
}

function flooredModulo(value: string, divisor: number): string {
  return `((${value} % ${String(divisor)} + ${String(divisor)}) % ${String(divisor)})`;
}

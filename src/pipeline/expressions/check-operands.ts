import type { ColumnType } from '../../contracts/dataset.js';
import { checkCall } from '../../errors/check-call.js';
import { isColumn } from '../../schema/column.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';
import type { ValueKind } from './expression.js';
import { isExpression } from './expression.js';

const KIND_OF_COLUMN = {
  timestamp: 'timestamp',
  float: 'number',
  integer: 'number',
  boolean: 'boolean',
  category: 'text',
  text: 'text',
} as const satisfies Record<ColumnType, ValueKind>;

const KIND_OF_VALUE: { readonly [type: string]: ValueKind } = { number: 'number', string: 'text', boolean: 'boolean' };
const NUMERIC: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'neg', 'abs']);

/** What an operand's value is; `any` where only a run or the engine knows; null for what is no operand. */
export function kindOf(given: unknown): ValueKind | 'any' | null {
  if (isColumn(given)) return KIND_OF_COLUMN[given.type];
  if (isExpression(given)) return given.op === 'sql' ? 'any' : NUMERIC.has(given.op) ? 'number' : 'boolean';
  if (isParameterReference(given) || isReference(given)) return 'any';
  if (typeof given === 'number' && !Number.isFinite(given)) return null;
  return KIND_OF_VALUE[typeof given] ?? null;
}

export const WORDS: Readonly<Record<ValueKind, string>> = {
  number: 'a number',
  text: 'a text',
  boolean: 'a condition, such as a comparison or a boolean column',
  timestamp: 'a timestamp',
};

const ANY: readonly ValueKind[] = ['number', 'text', 'boolean', 'timestamp'];
const ORDERED: readonly ValueKind[] = ['number', 'text', 'timestamp'];

function inWords(given: unknown, kind: ValueKind): string {
  return isColumn(given) ? `as "${given.name}" is a ${given.type} column` : `as the other is ${WORDS[kind]}`;
}

/** Files without a type check get the refusals of the compiler here. */
export function checkOperands(place: string, operands: { readonly [name: string]: unknown }, kinds: readonly ValueKind[]): void {
  const expected =
    kinds === ANY ? 'a value, a parameter, a column, a result or an expression' : kinds.map((kind) => WORDS[kind]).join(' or ');
  const holds = (value: unknown): boolean => {
    const kind = kindOf(value);
    return kind === 'any' || (kind !== null && kinds.includes(kind));
  };
  checkCall(place, operands, Object.fromEntries(Object.keys(operands).map((name) => [name, { expected, holds }])));
}

/** @param isOrdered - whether one side must be able to be the larger. */
export function checkComparison(place: string, left: unknown, right: unknown, isOrdered: boolean): void {
  checkOperands(place, { left, right }, isOrdered ? ORDERED : ANY);
  const [one, other] = [kindOf(left), kindOf(right)];
  if (one === null || one === 'any' || other === null || other === 'any' || one === other) return;
  const pair = [one, other];
  if (pair.includes('timestamp') && pair.includes('text')) return;
  const expected = isColumn(left) || !isColumn(right) ? WORDS[one] : WORDS[other];
  const odd = isColumn(left) || !isColumn(right) ? { right } : { left };
  const why = isColumn(left) || !isColumn(right) ? inWords(left, one) : inWords(right, other);
  checkCall(
    place,
    odd,
    Object.fromEntries(Object.keys(odd).map((name) => [name, { expected: `${expected}, ${why}`, holds: () => false }])),
  );
}

export const checkNumbers = (place: string, operands: { readonly [name: string]: unknown }): void => {
  checkOperands(place, operands, ['number']);
};
export const checkConditions = (place: string, operands: { readonly [name: string]: unknown }): void => {
  checkOperands(place, operands, ['boolean']);
};
export const checkValue = (place: string, value: unknown): void => {
  checkOperands(place, { value }, ANY);
};

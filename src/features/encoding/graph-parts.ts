import type { GraphSubject } from '../transform-definition.js';

type Place = Pick<GraphSubject, 'builder' | 'prefix'>;

const FLOAT = 1;

/** The value as float32. */
export function castToFloat({ builder, prefix }: Place, value: string): string {
  builder.node('Cast', [value], [`${prefix}/float`], { to: { i: FLOAT } });
  return `${prefix}/float`;
}

/** Arithmetic of int64 with a constant. `Mod` takes the sign of the divisor, so times before 1970 come out right too. */
export function integerNode(
  { builder, prefix }: Place,
  opType: 'Mod' | 'Div' | 'Add' | 'Mul',
  value: string,
  operand: number,
  name: string,
): string {
  builder.initializer(`${prefix}/${name}_by`, { type: 'int64', dims: [1], data: [operand] });
  builder.node(opType, [value, `${prefix}/${name}_by`], [`${prefix}/${name}`]);
  return `${prefix}/${name}`;
}

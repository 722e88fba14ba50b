// The hour on a circle, for models that draw straight lines: 23 o'clock lies beside midnight. Two features of one column.
import { defineTransform } from 'perennial-ml/extend';

const HOUR_MS = 3_600_000;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const TURN = (2 * Math.PI) / HOURS.length;
/** Tables of 24 values: SQL and ONNX look them up, so both have the same bits whatever their sine is. */
const SINES = HOURS.map((hour) => Math.fround(Math.sin(hour * TURN)));
const COSINES = HOURS.map((hour) => Math.fround(Math.cos(hour * TURN)));

/** `hourCycle(flights.date)`: sine and cosine of the hour of the day, in UTC or a fixed `offset` of hours from it. */
export const hourCycle = defineTransform({
  name: 'hour_cycle',
  column: 'timestamp',
  options: { properties: { offset: { type: 'integer', minimum: -14, maximum: 14, default: 0 } } },
  features: (feature) => [`${feature}_sin`, `${feature}_cos`],
  sql: ({ inputs: [ms], state: { offset }, quote }) => {
    const remainder = `((${ms} + ${offset * HOUR_MS}) % ${24 * HOUR_MS})`;
    const hour = `(((${remainder} + ${24 * HOUR_MS}) % ${24 * HOUR_MS}) // ${HOUR_MS})`;
    return [SINES, COSINES].map((table) => `[${table.map(quote.float).join(', ')}][${hour} + 1]`);
  },
  onnx: ({ builder, inputs: [ms = ''], state: { offset }, prefix }) => {
    const integer = (operator: string, value: string, operand: number, name: string): string => {
      builder.initializer(`${prefix}/${name}_by`, { type: 'int64', dims: [1], data: [operand] });
      builder.node(operator, [value, `${prefix}/${name}_by`], [`${prefix}/${name}`]);
      return `${prefix}/${name}`;
    };
    const local = integer('Add', ms, offset * HOUR_MS, 'local');
    const hour = integer('Div', integer('Mod', local, 24 * HOUR_MS, 'time'), HOUR_MS, 'hour');
    const looked = [SINES, COSINES].map((table, part) => {
      const attributes = { keys_int64s: { ints: HOURS }, values_floats: { floats: table }, default_float: { f: 0 } };
      builder.node('LabelEncoder', [hour], [`${prefix}/part_${part}`], attributes, 'ai.onnx.ml');
      return `${prefix}/part_${part}`;
    });
    builder.node('Concat', looked, [`${prefix}/cycle`], { axis: { i: 1 } });
    return `${prefix}/cycle`;
  },
});

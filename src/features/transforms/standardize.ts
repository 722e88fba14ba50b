import type { FitSubject } from '../transform-definition.js';
import { columnTransform } from '../transform-kind.js';

interface Scaling {
  readonly mean: number;
  /** One over the population standard deviation, or 1 when that is 0. */
  readonly scale: number;
}

/** The number minus the mean of the training rows, over their standard deviation; 0 for a missing value. */
export const standardize = columnTransform('feature.standardize', {
  name: 'standardize',
  column: 'number',
  options: { properties: {} },
  fitTogether: scalings,
  sql: ({ inputs: [value = ''], state: { mean, scale }, quote }) =>
    `CASE WHEN isnan(${value}) THEN 0::FLOAT ELSE (${value} - ${quote.float(mean)}) * ${quote.float(scale)} END`,
  onnx: ({ builder, inputs: [value = ''], state: { mean, scale }, prefix }) => {
    const constant = (name: string, number: number): string => {
      builder.initializer(`${prefix}/${name}`, { type: 'float', dims: [1], data: [number] });
      return `${prefix}/${name}`;
    };
    builder.node('Sub', [value, constant('mean', mean)], [`${prefix}/centred`]);
    builder.node('Mul', [`${prefix}/centred`, constant('scale', scale)], [`${prefix}/scaled`]);
    builder.node('IsNaN', [value], [`${prefix}/missing`]);
    builder.node('Where', [`${prefix}/missing`, constant('zero', 0), `${prefix}/scaled`], [`${prefix}/standard`]);
    return `${prefix}/standard`;
  },
});

/** Means and deviations of the finite values of some columns, in one statement. */
async function scalings(subjects: readonly FitSubject<object>[]): Promise<readonly Scaling[]> {
  const [first] = subjects;
  if (first === undefined) return [];
  const each = (sql: (position: string, input: string) => string): string =>
    subjects.map(({ inputs: [input = ''] }, position) => sql(String(position), input)).join(', ');
  const values = `SELECT ${each((n, input) => `${input}::DOUBLE AS v${n}`)} FROM ${first.rows}`;
  const finite = `SELECT ${each((n) => `CASE WHEN isfinite(v${n}) THEN v${n} END AS v${n}`)} FROM (${values})`;
  const [row] = await first.query(
    `SELECT ${each((n) => `avg(v${n})::FLOAT AS mean_${n}, stddev_pop(v${n}) AS deviation_${n}`)} FROM (${finite})`,
  );
  return subjects.map((_subject, position) => {
    const deviation = Number(row?.[`deviation_${position}`] ?? 0);
    const scale = deviation > 0 ? Math.fround(1 / deviation) : 1;
    return { mean: Number(row?.[`mean_${position}`] ?? 0), scale: Number.isFinite(scale) ? scale : 1 };
  });
}

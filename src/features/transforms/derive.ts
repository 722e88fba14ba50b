import type { RowExpression } from '../../contracts/stages/row-expression.js';
import type { JsonObject } from '../../contracts/json.js';
import { checkOperands } from '../../pipeline/expressions/check-operands.js';
import { columnsRead, columnValuesOf } from '../../pipeline/expressions/columns-read.js';
import type { Operand } from '../../pipeline/expressions/expression.js';
import { featureGraph } from '../../pipeline/expressions/feature-graph.js';
import { featureSql } from '../../pipeline/expressions/feature-sql.js';
import type { ReadsOf, ServedFor } from '../../pipeline/expressions/operand-types.js';
import type { Transform } from '../../pipeline/options/transform.js';
import type { Column } from '../../schema/column.js';
import { columnsTransform } from '../transform-kind.js';

const ofData = columnsTransform('feature.derive', {
  name: 'derive',
  columns: 'numeric',
  options: { properties: { expression: { title: 'an expression as data', type: 'object' } }, required: ['expression'] },
  sql: ({ inputs, state }) => featureSql(expressionOf(state), inputOf(state, inputs)),
  onnx: ({ builder, prefix, inputs, state }) => {
    const [anyInput = ''] = inputs;
    return featureGraph(expressionOf(state), { builder, prefix, anyInput, tensorOf: inputOf(state, inputs) });
  },
});

const expressionOf = ({ expression }: { readonly expression: JsonObject }): RowExpression =>
  expression as unknown as RowExpression;

/** The columns of the transform are those that its expression reads, in that order. */
function inputOf(state: { readonly expression: JsonObject }, inputs: readonly string[]): (column: string) => string {
  const columns = columnsRead(expressionOf(state));
  return (column) => inputs[columns.indexOf(column)] ?? '';
}

/**
 * What an expression over numbers and booleans gives, in float32: `feature.derive(div(flights.distance, flights.airTime))`. A condition gives 1
 * or 0. A missing value makes a missing one (NaN), also where NaN comes out; a division by 0 gives Infinity. The same bits in training and
 * in serving.
 */
export const derive = Object.assign(
  <const Given extends Operand>(expression: ServedFor<Given, 'feature.derive'>): Transform<Extract<ReadsOf<Given>, Column>> => {
    checkOperands('feature.derive', { expression }, ['number', 'boolean']);
    const columns = columnValuesOf(expression);
    const made: Transform = { columns, need: 'numeric', spec: { transform: 'derive' }, problems: [], expression };
    return Object.freeze(made) as Transform<Extract<ReadsOf<Given>, Column>>;
  },
  { kind: ofData.kind },
);

import type { ParameterShape } from '../../../src/index.js';
import type { RowExpression } from '../../../src/contracts/stages/row-expression.js';
import type { ValueKind } from '../../../src/pipeline/expressions/expression.js';
import { rowExpression } from '../../../src/pipeline/expressions/row-expression.js';
import { sqlText } from '../../../src/pipeline/expressions/row-sql.js';
import type { PipelineIssue } from '../../../src/pipeline/lint/issues.js';
import { OptionReader } from '../../../src/pipeline/lint/issues.js';
import { parameterSchema } from '../../../src/schema/parameter-schema.js';

const ANY: readonly ValueKind[] = ['number', 'text', 'boolean', 'timestamp'];

/** An expression as a plan holds it. Fails when the linter finds anything. */
export function dataOf(expression: unknown, parameters: ParameterShape = {}): RowExpression {
  const issues: PipelineIssue[] = [];
  const scope = { schema: undefined, parameters: parameterSchema('test', parameters) };
  const data = rowExpression(expression, ANY, scope, new OptionReader(issues, 'here'));
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join('; '));
  return data;
}

/** The SQL of an expression, parameters by their names. */
export const textOf = (expression: unknown, parameters: ParameterShape = {}): string => sqlText(dataOf(expression, parameters));

import type { SchemaSpec } from '../../contracts/dataset.js';
import { isPlainObject, type JsonObject } from '../../contracts/json.js';
import type { RowExpression, RowOperator } from '../../contracts/stages/row-expression.js';
import type { Column } from '../../schema/column.js';
import { isColumn } from '../../schema/column.js';
import type { OptionReader } from '../lint/issues.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';
import { kindOf, WORDS } from './check-operands.js';
import type { ValueKind } from './expression.js';
import { isExpression } from './expression.js';

/** What the linter knows where a row's expression stands: the schema of the rows, and the parameters of the pipeline as JSON Schema. */
export interface RowScope {
  /** Absent: the rows are of files without a schema. */
  readonly schema: SchemaSpec | undefined;
  readonly parameters: JsonObject;
  /** Serving computes it too: numbers and booleans alone, and no SQL. */
  readonly isServed?: boolean;
}

/** Takes the place of what was reported: a pipeline with problems has no plan. */
const NOTHING: RowExpression = { value: false };

const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}(?:$|[T ])/;

/** The expression as data, its columns, parameters and kinds checked; what stands for no value of a row is reported. */
export function rowExpression(
  given: unknown,
  wanted: readonly ValueKind[],
  { schema, parameters, isServed = false }: RowScope,
  at: OptionReader,
): RowExpression {
  const refuseText = (what: string): void => {
    if (isServed) at.report('expression', `${what} is a text; serving computes with numbers and booleans alone`);
  };
  const compile = (part: unknown, as: ValueKind | 'any'): RowExpression => {
    if (isColumn(part)) return column(part);
    if (isParameterReference(part)) return parameter(part, as);
    if (isReference(part)) {
      at.report('expression', 'the result of a step is no value of a row; use a parameter (p.params), or a step of your own');
      return NOTHING;
    }
    if (typeof part === 'string') refuseText(`'${part}'`);
    if (typeof part === 'string' && as === 'timestamp') return instant(part);
    if (typeof part === 'string' || typeof part === 'boolean' || (typeof part === 'number' && Number.isFinite(part)))
      // JSON has no -0.
      return { value: part === 0 ? 0 : part };
    if (!isExpression(part)) {
      at.report(
        'expression',
        `expected a value, a parameter, a column or an expression, got ${part === null ? 'null; ask with isNull(...)' : typeof part}`,
      );
      return NOTHING;
    }
    const { op, operands } = part;
    if (op === 'sql' && isServed)
      at.report('expression', 'SQL is for training alone; serving computes with gt, div, isNull and their kin');
    if (op === 'sql') return { sql: operands.map((piece) => (isText(piece) ? piece.text : compile(piece, 'any'))) };
    return operation(op, operands);
  };
  const operation = (op: RowOperator, operands: readonly unknown[]): RowExpression => {
    const kind = KIND_OF_OPERANDS[op];
    if (kind !== null) return { op, operands: operands.map((operand) => compile(operand, kind)) };
    const [left, right] = operands;
    const known = [kindOf(left), kindOf(right)].filter((one) => one !== 'any' && one !== null);
    const as = known.includes('timestamp') ? 'timestamp' : (known[0] ?? 'any');
    return { op, operands: operands.map((operand) => compile(operand, as)) };
  };
  const column = (part: Column): RowExpression => {
    if (schema !== undefined) at.column(schema, part, isServed ? 'numeric' : 'any');
    return { column: part.name, type: part.type };
  };
  const parameter = (part: ParameterReference, as: ValueKind | 'any'): RowExpression => {
    const kind = kindOfParameter(parameters, part.$param);
    const fits = as === 'any' ? kind !== null : kind === (as === 'timestamp' ? 'text' : as);
    if (!fits)
      at.report(
        'expression',
        `parameter "${part.$param}" is no ${as === 'any' ? 'single value' : WORDS[as].replace(/^a /, '')} here`,
      );
    if (kind === 'text') refuseText(`parameter "${part.$param}"`);
    // The run puts in the value.
    return (as === 'timestamp' ? { instant: part } : { value: part }) as unknown as RowExpression;
  };
  const instant = (text: string): RowExpression => {
    if (!CALENDAR_DATE.test(text) || Number.isNaN(Date.parse(text)))
      at.report('expression', `expected an ISO date or date-time to compare with a timestamp, got '${text}'`);
    return { instant: text };
  };
  const kind = kindOf(given);
  if (kind !== null && kind !== 'any' && !wanted.includes(kind)) {
    const got = isColumn(given) ? `"${given.name}", a ${given.type} column` : WORDS[kind];
    at.report('expression', `expected ${wanted.map((one) => WORDS[one]).join(' or ')}, got ${got}`);
  }
  return compile(given, wanted.length === 1 ? (wanted[0] ?? 'any') : 'any');
}

/** Kind of the operands of an operator; null: they are compared with each other. */
const KIND_OF_OPERANDS: Readonly<Record<RowOperator, ValueKind | 'any' | null>> = {
  ...{ gt: null, gte: null, lt: null, lte: null, eq: null, ne: null },
  ...{ and: 'boolean', or: 'boolean', not: 'boolean', isNull: 'any' },
  ...{ add: 'number', sub: 'number', mul: 'number', div: 'number', neg: 'number', abs: 'number' },
};

function isText(piece: unknown): piece is { readonly text: string } {
  return isPlainObject(piece) && typeof piece['text'] === 'string';
}

/** Null of a list, or of a parameter that is not declared: that is reported where it is named. */
function kindOfParameter({ properties }: JsonObject, name: string): ValueKind | null {
  const schema = isPlainObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (!isPlainObject(schema)) return null;
  const { type, enum: listed } = schema;
  const of = type ?? (Array.isArray(listed) ? typeof listed[0] : undefined);
  return of === 'integer' || of === 'number' ? 'number' : of === 'string' ? 'text' : of === 'boolean' ? 'boolean' : null;
}

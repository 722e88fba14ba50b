import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ColumnBatch, ColumnValues } from './column-batch.js';
import { allocateColumn } from './column-batch.js';
import { IssueList } from './input-error.js';
import { valueWriter } from './parse-value.js';
import { describeValue, shortName, someOf } from './text.js';
import { describeSpec } from './value-rule.js';

/** One tensor of an Open Inference Protocol request after its envelope was checked. */
export interface RequestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly unknown[];
}

export type TensorParser = (tensors: readonly RequestTensor[]) => ColumnBatch;

/** Sizes of a shape that are quoted. */
const QUOTED_SIZES = 4;

function malformed(tensor: RequestTensor, problem: string, expected: string, received: string): PipelineError {
  return new PipelineError('SERVING_BODY_MALFORMED', {
    what: `input "${shortName(tensor.name)}" ${problem}`,
    expected,
    received,
  });
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.slice(0, QUOTED_SIZES).join(', ')}${shape.length > QUOTED_SIZES ? ', ...' : ''}]`;
}

/** Rows of the shape, once the data hold that many: no memory is allocated from a shape alone. */
function rowsOf(tensor: RequestTensor): number {
  const { shape, data } = tensor;
  const [rows, width = 1] = shape;
  if (rows === undefined || rows < 1 || shape.length > 2 || width !== 1)
    throw malformed(tensor, 'has a shape that the model does not take', '[rows, 1], rows >= 1', shapeText(shape));
  if (data.length !== rows) throw malformed(tensor, 'has data that do not fill its shape', `${rows} values`, `${data.length}`);
  return rows;
}

/** The value of one row: the element itself, or its only member when the data are nested like their shape. */
function elementOf(tensor: RequestTensor, row: number): unknown {
  const value = tensor.data[row];
  if (!Array.isArray(value)) return value;
  if (tensor.shape.length === 2 && value.length === 1) return (value as readonly unknown[])[0];
  throw malformed(tensor, 'has data that do not fill its shape', `one value in row ${row}`, `a list of ${value.length}`);
}

/**
 * Compiles a signature into a parser of Open Inference Protocol V2 tensors, each [rows, 1] or [rows], data flat or nested, row-major.
 * @throws PipelineError (from the parser) `SERVING_BODY_MALFORMED` for shapes that do not fit, `SERVING_INPUT_INVALID` or
 * `SERVING_NUMBER_NOT_FINITE` naming all bad inputs and values.
 */
export function compileTensorParser(model: string, signature: ModelSignature): TensorParser {
  const writers = new Map(signature.inputs.map((spec) => [spec.name, valueWriter(spec, 'tensor')]));
  const knownNames = `one of ${someOf([...writers.keys()])}`;

  const parseColumn = (spec: TensorSpec, tensor: RequestTensor, issues: IssueList): ColumnValues | null => {
    if (tensor.datatype !== spec.datatype) {
      const received = shortName(tensor.datatype);
      issues.add({ row: null, column: spec.name, problem: 'wrong_type', expected: spec.datatype, received });
      return null;
    }
    const target = allocateColumn(spec, tensor.data.length);
    const write = writers.get(spec.name);
    const expected = describeSpec(spec, 'tensor');
    for (let row = 0; row < tensor.data.length; row += 1) {
      const value = elementOf(tensor, row);
      const problem = write?.(target, row, value) ?? null;
      if (problem !== null) issues.add({ row, column: spec.name, problem, expected, received: describeValue(value) });
    }
    return target;
  };

  return (tensors) => {
    const issues = new IssueList();
    const byName = new Map<string, RequestTensor>();
    for (const tensor of tensors) {
      if (byName.has(tensor.name)) throw malformed(tensor, 'is there twice', 'each input once', 'two');
      byName.set(tensor.name, tensor);
      if (writers.has(tensor.name)) continue;
      const [column, received] = [shortName(tensor.name), shortName(tensor.datatype)];
      issues.add({ row: null, column, problem: 'unknown_column', expected: knownNames, received });
    }
    const [first] = tensors;
    const rows = first === undefined ? 0 : rowsOf(first);
    for (const tensor of tensors) {
      if (rowsOf(tensor) !== rows) throw malformed(tensor, 'has another number of rows', `${rows}`, `${tensor.data.length}`);
    }
    const columns: ColumnValues[] = [];
    for (const spec of signature.inputs) {
      const tensor = byName.get(spec.name);
      const column = tensor === undefined ? null : parseColumn(spec, tensor, issues);
      if (column !== null) columns.push(column);
      if (tensor === undefined)
        issues.add({ row: null, column: spec.name, problem: 'missing_column', expected: spec.datatype, received: 'nothing' });
    }
    issues.raise(model);
    return { rows, columns };
  };
}

import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ColumnBatch, ColumnValues } from './column-batch.js';
import { allocateColumn } from './column-batch.js';
import { IssueList } from './input-error.js';
import { describeSpec, describeValue, valueWriter } from './parse-value.js';

/** One tensor of an Open Inference Protocol request after its envelope was checked. */
export interface RequestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly unknown[];
}

export type TensorParser = (tensors: readonly RequestTensor[]) => ColumnBatch;

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function malformed(what: string, expected: string, received: string): PipelineError {
  return new PipelineError('SERVING_BODY_MALFORMED', { what, expected, received });
}

function rowsOf(tensor: RequestTensor): number {
  const [rows, width = 1] = tensor.shape;
  if (rows === undefined || rows < 1 || tensor.shape.length > 2 || width !== 1) {
    throw malformed(
      `input "${tensor.name}" has a shape that the model does not take`,
      '[rows, 1], rows >= 1',
      shapeText(tensor.shape),
    );
  }
  return rows;
}

function flatData(tensor: RequestTensor, rows: number): readonly unknown[] {
  const flat = tensor.data.some(Array.isArray) ? tensor.data.flat(Infinity) : tensor.data;
  if (flat.length === rows) return flat;
  throw malformed(`input "${tensor.name}" has data that do not fill its shape`, `${rows} values`, `${flat.length}`);
}

/**
 * Compiles a signature into a parser of Open Inference Protocol V2 tensors, each [rows, 1] or [rows], data flat or nested, row-major.
 * @throws PipelineError (from the parser) `SERVING_BODY_MALFORMED` for shapes that do not fit, `SERVING_INPUT_INVALID` or
 * `SERVING_NUMBER_NOT_FINITE` naming all bad inputs and values.
 */
export function compileTensorParser(model: string, signature: ModelSignature): TensorParser {
  const writers = new Map(signature.inputs.map((spec) => [spec.name, valueWriter(spec, 'tensor')]));
  const knownNames = `one of ${signature.inputs.map((spec) => spec.name).join(', ')}`;

  const parseColumn = (spec: TensorSpec, tensor: RequestTensor, rows: number, issues: IssueList): ColumnValues => {
    const target = allocateColumn(spec, rows);
    const write = writers.get(spec.name);
    const expected = describeSpec(spec, 'tensor');
    if (tensor.datatype !== spec.datatype) {
      issues.add({ row: null, column: spec.name, problem: 'wrong_type', expected: spec.datatype, received: tensor.datatype });
      return target;
    }
    flatData(tensor, rows).forEach((value, row) => {
      const problem = write?.(target, row, value) ?? null;
      if (problem !== null) issues.add({ row, column: spec.name, problem, expected, received: describeValue(value) });
    });
    return target;
  };

  return (tensors) => {
    const issues = new IssueList();
    const byName = new Map<string, RequestTensor>();
    for (const tensor of tensors) {
      if (byName.has(tensor.name)) throw malformed(`input "${tensor.name}" is there twice`, 'each input once', 'two');
      byName.set(tensor.name, tensor);
      if (!writers.has(tensor.name)) {
        issues.add({
          row: null,
          column: tensor.name,
          problem: 'unknown_column',
          expected: knownNames,
          received: tensor.datatype,
        });
      }
    }
    const [first] = tensors;
    const rows = first === undefined ? 0 : rowsOf(first);
    for (const tensor of tensors) {
      if (rowsOf(tensor) !== rows)
        throw malformed(`input "${tensor.name}" has another number of rows`, `${rows}`, `${tensor.shape[0]}`);
    }
    const columns = signature.inputs.map((spec) => {
      const tensor = byName.get(spec.name);
      if (tensor !== undefined) return parseColumn(spec, tensor, rows, issues);
      issues.add({ row: null, column: spec.name, problem: 'missing_column', expected: spec.datatype, received: 'nothing' });
      return allocateColumn(spec, rows);
    });
    issues.raise(model);
    return { rows, columns };
  };
}

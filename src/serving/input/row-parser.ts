import type { ModelSignature } from '../../contracts/model.js';
import type { ColumnBatch } from './column-batch.js';
import { allocateColumn } from './column-batch.js';
import { IssueList } from './input-error.js';
import { describeSpec, describeValue, valueWriter } from './parse-value.js';

export type RowParser = (instances: readonly unknown[]) => ColumnBatch;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compiles a signature into a parser of rows `{ column: value }`. Every column of the signature must be there, null where it is missing
 * and nullable; no other column may.
 * @throws PipelineError (from the parser) `SERVING_INPUT_INVALID` or `SERVING_NUMBER_NOT_FINITE` naming all bad fields by row and column.
 */
export function compileRowParser(model: string, signature: ModelSignature): RowParser {
  const fields = signature.inputs.map((spec) => ({
    name: spec.name,
    spec,
    write: valueWriter(spec, 'row'),
    expected: describeSpec(spec, 'row'),
  }));
  const known = new Set(fields.map((field) => field.name));
  const knownNames = `one of ${[...known].join(', ')}`;

  const checkNames = (record: Record<string, unknown>, row: number, issues: IssueList): void => {
    for (const name of Object.keys(record)) {
      if (known.has(name)) continue;
      issues.add({ row, column: name, problem: 'unknown_column', expected: knownNames, received: describeValue(record[name]) });
    }
  };

  return (instances) => {
    const issues = new IssueList();
    const columns = fields.map((field) => allocateColumn(field.spec, instances.length));
    instances.forEach((instance, row) => {
      if (!isRecord(instance)) {
        issues.add({
          row,
          column: '',
          problem: 'wrong_type',
          expected: 'an object of column values',
          received: describeValue(instance),
        });
        return;
      }
      let present = 0;
      for (let index = 0; index < fields.length; index += 1) {
        const field = fields[index];
        const target = columns[index];
        if (field === undefined || target === undefined) continue;
        const value = Object.hasOwn(instance, field.name) ? instance[field.name] : undefined;
        if (value !== undefined) present += 1;
        const problem = value === undefined ? 'missing_column' : field.write(target, row, value);
        if (problem !== null) {
          issues.add({ row, column: field.name, problem, expected: field.expected, received: describeValue(value) });
        }
      }
      if (Object.keys(instance).length !== present) checkNames(instance, row, issues);
    });
    issues.raise(model);
    return { rows: instances.length, columns };
  };
}

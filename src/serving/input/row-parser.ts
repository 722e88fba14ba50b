import { isPlainObject } from '../../contracts/json.js';
import type { ModelSignature } from '../../contracts/model.js';
import type { ColumnBatch } from './column-batch.js';
import { allocateColumn } from './column-batch.js';
import { IssueList } from './input-error.js';
import { valueWriter } from './parse-value.js';
import { describeValue, shortName, someOf } from './text.js';
import { describeSpec } from './value-rule.js';

export type RowParser = (instances: readonly unknown[]) => ColumnBatch;

const isShort = (instance: unknown, fields: number): boolean => !isPlainObject(instance) || Object.keys(instance).length < fields;

/**
 * Compiles a signature into a parser of rows `{ column: value }`. Every column of the signature is required, null for a missing
 * value of a nullable column; other columns are refused. The cost of a refusal grows with the body, not with the model's signature.
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
  const knownNames = `one of ${someOf([...known])}`;

  const checkNames = (record: Record<string, unknown>, row: number, issues: IssueList): void => {
    for (const [name, value] of Object.entries(record)) {
      if (known.has(name)) continue;
      issues.add({
        row,
        column: shortName(name),
        problem: 'unknown_column',
        expected: knownNames,
        received: describeValue(value),
      });
    }
  };

  /** Counts the missing columns of a row without looking up their names, once the list of issues is full. */
  const countIssues = (record: Record<string, unknown>, issues: IssueList): void => {
    const names = Object.keys(record);
    const present = names.filter((name) => known.has(name)).length;
    issues.found += fields.length - present + names.length - present;
  };

  return (instances) => {
    const issues = new IssueList();
    // A row that lacks columns refuses the request, so all rows may then share one slot.
    const complete = !instances.some((instance) => isShort(instance, fields.length));
    const columns = fields.map((field) => allocateColumn(field.spec, complete ? instances.length : 1));
    instances.forEach((instance, row) => {
      if (!isPlainObject(instance)) {
        issues.add({
          row,
          column: '',
          problem: 'wrong_type',
          expected: 'an object of column values',
          received: describeValue(instance),
        });
        return;
      }
      if (!complete && issues.isFull && isShort(instance, fields.length)) {
        countIssues(instance, issues);
        return;
      }
      let present = 0;
      for (let index = 0; index < fields.length; index += 1) {
        const field = fields[index];
        const target = columns[index];
        if (field === undefined || target === undefined) continue;
        const value = Object.hasOwn(instance, field.name) ? instance[field.name] : undefined;
        if (value !== undefined) present += 1;
        const problem = value === undefined ? 'missing_column' : field.write(target, complete ? row : 0, value);
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

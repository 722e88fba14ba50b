// A reason to train again: a column of the requests has far more missing values than the training rows had, as after a change of a form.
import { type ColumnProfile, defineTrigger } from 'perennial-ml/extend';

/** `missingValues({ column: 'amount', more: 0.1 })`: at least a tenth of the rows more than in training have no value, in windows of enough rows. */
export const missingValues = defineTrigger({
  name: 'missing_values',
  options: {
    properties: {
      column: { type: 'string', minLength: 1 },
      more: { type: 'number', minimum: 0, maximum: 1, default: 0.1 },
      leastRows: { type: 'integer', minimum: 1, default: 100 },
    },
    required: ['column'],
  },
  decide: ({ options: { column, more, leastRows }, window, reference, current }) => {
    const [before, now] = [shareMissing(reference.columns[column]), shareMissing(current.columns[column])];
    if (before === null || now === null || window.rows < leastRows || now < before + more) return null;
    return `${(100 * now).toFixed(1)}% of ${column} have no value, ${(100 * before).toFixed(1)}% had none in training`;
  },
});

function shareMissing(column: ColumnProfile | undefined): number | null {
  const rows = (column?.count ?? 0) + (column?.nulls ?? 0);
  return column === undefined || rows === 0 ? null : column.nulls / rows;
}

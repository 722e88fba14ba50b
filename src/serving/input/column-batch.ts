import type { ModelSignature, TensorSpec } from '../../contracts/model.js';

/** Values of one input column: FP32, INT64, BOOL (0 or 1) and BYTES (UTF-8 text) in this order. A missing float is NaN, a missing text ''. */
export type ColumnValues = Float32Array | BigInt64Array | Uint8Array | string[];

/** Rows of one request or of several, column by column, in the order of the signature's inputs. */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** An array of `rows` values for a column of this datatype. */
export function allocateColumn(spec: TensorSpec, rows: number): ColumnValues {
  switch (spec.datatype) {
    case 'FP32':
      return new Float32Array(rows);
    case 'INT64':
      return new BigInt64Array(rows);
    case 'BOOL':
      return new Uint8Array(rows);
    case 'BYTES':
      return new Array<string>(rows).fill('');
  }
}

function concatColumn(spec: TensorSpec, parts: readonly ColumnValues[], rows: number): ColumnValues {
  const target = allocateColumn(spec, rows);
  let offset = 0;
  for (const part of parts) {
    if (Array.isArray(target)) for (let row = 0; row < part.length; row += 1) target[offset + row] = String(part[row]);
    else if (target instanceof Float32Array) target.set(part as Float32Array, offset);
    else if (target instanceof BigInt64Array) target.set(part as BigInt64Array, offset);
    else target.set(part as Uint8Array, offset);
    offset += part.length;
  }
  return target;
}

/** The rows of all batches, one after another. A single batch is returned as it is. */
export function concatBatches(signature: ModelSignature, batches: readonly ColumnBatch[]): ColumnBatch {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const columns = signature.inputs.map((spec, index) =>
    concatColumn(
      spec,
      batches.map((batch) => batch.columns[index] ?? []),
      rows,
    ),
  );
  return { rows, columns };
}

import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import { someOf } from './text.js';

type Bounds = Pick<TensorSpec, 'min' | 'max'>;

function boundsText({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function kindOf(spec: TensorSpec, form: 'row' | 'tensor'): string {
  switch (spec.datatype) {
    case 'FP32':
      return `${spec.column === 'integer' ? 'a whole number' : 'a finite number'}${boundsText(spec)}`;
    case 'INT64':
      if (spec.column !== 'timestamp') return 'an integer';
      return `${form === 'row' ? 'an ISO-8601 time or integer milliseconds' : 'integer milliseconds since 1970'}, years 1 to 9999`;
    case 'BOOL':
      return 'true or false';
    case 'BYTES':
      return spec.values === undefined ? 'a string' : `one of ${someOf(spec.values.map((value) => JSON.stringify(value)))}`;
  }
}

/** What a value of this input looks like, in words. */
export function describeSpec(spec: TensorSpec, form: 'row' | 'tensor'): string {
  const kind = kindOf(spec, form);
  return spec.nullable === true ? `${kind} or null` : kind;
}

/** The inputs without what their schema says of single values: rows that a model was trained on may lie outside of it. */
export function withoutBounds(signature: ModelSignature): ModelSignature {
  const inputs = signature.inputs.map((spec): TensorSpec => {
    const free = { ...spec } as { -readonly [Key in keyof TensorSpec]: TensorSpec[Key] };
    delete free.min;
    delete free.max;
    delete free.values;
    return free;
  });
  return { ...signature, inputs };
}

import { columnTransform } from '../transform-kind.js';

/** The number as it is, true as 1 and false as 0; a missing value stays missing. */
export const numeric = columnTransform('feature.numeric', {
  name: 'numeric',
  column: 'numeric',
  options: { properties: {} },
  sql: ({ inputs }) => inputs,
  onnx: ({ inputs: [value = ''] }) => value,
});

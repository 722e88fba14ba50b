import { describe, expect, it } from '@jest/globals';
import { col, feature, schema } from '../../../src/index.js';
import { defineSplit } from '../../../src/features/splits.js';
import { defineTransform } from '../../../src/features/transforms.js';

const options = { properties: {} };
const work = (): string => '';

describe('a definition that cannot be used is refused', () => {
  it.each([
    ['neither column nor columns', { name: 'a', options, sql: work, onnx: work }],
    ['both', { name: 'a', options, column: 'number', columns: 'number', sql: work, onnx: work }],
    ['another need', { name: 'a', options, column: 'any', sql: work, onnx: work }],
    ['no onnx', { name: 'a', options, column: 'number', sql: work }],
    ['no options', { name: 'a', column: 'number', sql: work, onnx: work }],
    ['an option called column', { name: 'a', options: { properties: { column: {} } }, column: 'number', sql: work, onnx: work }],
  ])('a transform with %s', (_title, definition) => {
    expect(() => defineTransform(definition as never)).toThrow(expect.objectContaining({ code: 'EXTENSION_INVALID' }));
  });

  it.each([
    ['no need', { name: 'a', options, sides: work }],
    ['no sides', { name: 'a', options, column: null }],
    ['no options', { name: 'a', column: null, sides: work }],
    ['an option called by', { name: 'a', options: { properties: { by: {} } }, column: null, sides: work }],
  ])('a split with %s', (_title, definition) => {
    expect(() => defineSplit(definition as never)).toThrow(expect.objectContaining({ code: 'EXTENSION_INVALID' }));
  });

  it('options of a built-in transform that are out of range are refused where they are written', () => {
    const { origin } = schema('flights', { origin: col.category() });
    const call = (): unknown => feature.targetEncode(origin, { smoothing: -1, folds: 1 });
    expect(call).toThrow(expect.objectContaining({ code: 'AUTHORING_OPTION_INVALID' }));
    expect(call).toThrow(/smoothing.*at least 0.*folds.*at least 2/);
  });
});

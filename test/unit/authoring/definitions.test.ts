import { describe, expect, it } from '@jest/globals';
import * as extend from '../../../src/extend/index.js';

type Define = (definition: unknown) => unknown;

const fn = (): null => null;
const none = { properties: {} };
/** A definition of each door, without the mistakes that are tried here. */
const DOORS: readonly (readonly [Define, { readonly [part: string]: unknown }])[] = [
  [extend.defineCheck as Define, { name: 'tried', column: null, options: none, rule: fn }],
  [extend.defineSplit as Define, { name: 'tried', column: null, options: none, sides: fn }],
  [extend.defineTransform as Define, { name: 'tried', column: 'number', options: none, sql: fn, onnx: fn }],
  [extend.defineSource as Define, { name: 'tried', options: none, load: fn }],
  [extend.defineTrainer as Define, { name: 'tried', options: none, fit: fn }],
  [extend.defineRollout as Define, { name: 'tried', options: none, plan: fn }],
  [extend.defineNotifier as Define, { name: 'tried', options: none, send: fn }],
  [extend.defineTrigger as Define, { name: 'tried', options: none, decide: fn }],
  [extend.defineDrift as Define, { name: 'tried', column: 'number', compute: fn }],
  [extend.defineMetric as Define, { name: 'tried', task: 'binary', better: 'higher', compute: fn }],
  [extend.defineObjectStore as Define, { scheme: 'tried', options: none, open: fn }],
];

const thrownBy = (call: () => unknown): unknown => {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
};

describe('a definition of a kind', () => {
  it('has a door of each name here', () => {
    const doors = Object.keys(extend).filter((name) => name.startsWith('define'));
    expect(DOORS).toHaveLength(doors.length);
  });

  it.each(DOORS)('of %p with a member that nobody knows is refused by its name', (define, right) => {
    const names = Object.keys(right).filter((name) => name !== 'name' && name !== 'scheme');
    const error = thrownBy(() => define({ ...right, misspelt: fn }));
    expect(error).toMatchObject({ message: expect.stringContaining('misspelt') });
    for (const name of names) expect(error).toMatchObject({ message: expect.stringContaining(name) });
  });

  it('tells all its mistakes at once', () => {
    const wrong = { name: 'tried', column: 'number', options: none, sql: 1, fits: fn };
    expect(thrownBy(() => (extend.defineTransform as Define)(wrong))).toMatchObject({
      code: 'EXTENSION_INVALID',
      message: expect.stringMatching(
        /`sql`: expected a function, got number; `onnx`: .*got nothing; `fits`: expected one of name, options/,
      ),
    });
  });
});

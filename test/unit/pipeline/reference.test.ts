import { describe, expect, it } from '@jest/globals';
import { define, trained } from './flights.js';

const asValue = expect.objectContaining({ code: 'AUTHORING_REFERENCE_AS_VALUE' });

describe('a reference', () => {
  it('is no JSON, no string and no number', () => {
    define((p) => {
      const { model } = trained(p);
      expect(() => JSON.stringify({ model })).toThrow(/reference to step "train" was used as JSON/);
      expect(() => 'models/' + (model as unknown as string)).toThrow(/"train" was used as a string/);
      expect(() => Number(model)).toThrow(/"train" was used as a number/);
      expect(() => encodeURIComponent(model as unknown as string)).toThrow(asValue);
    });
  });

  it('to a parameter is a marker in JSON and nothing else', () => {
    define((p) => {
      trained(p);
      expect(JSON.stringify(p.params.trees)).toBe('{"$param":"trees"}');
      expect(() => 'models/' + (p.params.trees as unknown as string)).toThrow(
        /parameter "trees" was used as a string or a number/,
      );
      expect(() => (p.params.trees as unknown as number) * 2).toThrow(asValue);
    });
  });
});

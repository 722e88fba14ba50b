import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyName, textOfKeyName } from '../../../src/store/key-name.js';
import { checkKey, GENERATIONS, RESERVED } from '../../../src/store/object-key.js';

/** Made of what names of steps and runs are made of, and of what is dangerous in a path. */
const text = fc
  .array(
    fc.constantFrom('a', 'Z', '7', '_', '-', '~', '.', '/', '%', '[', ']', '*', ' ', '\\', 'ä', '\u0000', '.~', '.~v', '..'),
    { minLength: 1, maxLength: 90 },
  )
  .map((parts) => parts.join(''));

describe('names of keys', () => {
  it('a text becomes one name that is a key, and comes back out of it unless it was cut', () => {
    fc.assert(
      fc.property(text, (original) => {
        const name = keyName(original);
        expect(name).toMatch(/^[^./]+$/);
        expect(name.length).toBeLessThanOrEqual(150);
        expect(() => {
          checkKey(name);
        }).not.toThrow();
        if (encodeURIComponent(original).length <= 100) expect(textOfKeyName(name)).toBe(original);
      }),
      { numRuns: 500 },
    );
  });

  it('two texts never share a name', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(keyName(one) === keyName(other)).toBe(one === other);
      }),
      { numRuns: 500 },
    );
  });

  it('a key is refused exactly when one of its names is', () => {
    const isBad = (name: string): boolean =>
      ['', '.', '..'].includes(name) ||
      name.includes('\\') ||
      name.includes('\u0000') ||
      name.startsWith(RESERVED) ||
      name.endsWith(GENERATIONS) ||
      Buffer.byteLength(name) > 240;
    const isRefused = (key: string): boolean => {
      try {
        checkKey(key);
        return false;
      } catch {
        return true;
      }
    };
    fc.assert(
      fc.property(text, (key) => {
        expect(isRefused(key)).toBe(key.split('/').some(isBad));
      }),
      { numRuns: 1_000 },
    );
  });
});

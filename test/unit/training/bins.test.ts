import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { binOf, createBinFinder, findBinBounds } from '../../../src/training/gbdt/bin-bounds.js';
import { checkSettings } from '../../../src/training/check-settings.js';
import { gbdt } from '../../../src/training/trainers/gbdt.js';
import { planQuantisation } from '../../../src/training/gbdt/quantisation.js';
import { checkLabels } from '../../../src/training/read-matrix.js';
import { PARAMETERS } from './synthetic.js';

const column = fc.array(fc.float(), { minLength: 1, maxLength: 400 }).map((values) => Float32Array.from(values));

describe('bins', () => {
  it('have ascending float32 bounds, at most maxBins of them, that hold every value between its neighbours', () => {
    fc.assert(
      fc.property(column, fc.integer({ min: 2, max: 255 }), (values, maxBins) => {
        const bounds = findBinBounds(values, maxBins);
        expect(bounds.length).toBeLessThan(maxBins);
        for (let i = 1; i < bounds.length; i += 1) expect(bounds[i]).toBeGreaterThan(bounds[i - 1]!);
        const finder = createBinFinder(bounds);
        for (const value of values) {
          const bin = binOf(finder, value);
          const expected = bounds.findIndex((bound) => value <= bound);
          expect(bin).toBe(Number.isNaN(value) ? bounds.length + 1 : expected === -1 ? bounds.length : expected);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('are about equally full', () => {
    const values = Float32Array.from({ length: 50_000 }, (_, i) => ((i * 7_919) % 50_000) ** 3);
    const finder = createBinFinder(findBinBounds(values, 255));
    const counts = new Int32Array(255);
    for (const value of values) counts[binOf(finder, value)]! += 1;
    expect(Math.max(...counts)).toBeLessThan(250);
    expect(Math.min(...counts)).toBeGreaterThan(150);
  });

  it.each([400_000, 399_000])('see both kinds of rows that take turns in %i rows', (rows) => {
    const values = Float32Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 0 : Math.sin(i)));
    const finder = createBinFinder(findBinBounds(values, 255));
    const counts = new Int32Array(256);
    for (const value of values) counts[binOf(finder, value)]! += 1;
    const ofTheOthers = counts.filter((count) => count < rows / 4);
    expect(finder.bounds.length).toBeGreaterThan(240);
    expect(Math.max(...ofTheOthers)).toBeLessThan((rows / 2 / 254) * 1.5);
  });

  it('give a value of its own bin to what is frequent, and cut midway between few values', () => {
    const values = Float32Array.from({ length: 3_000 }, (_, i) => (i % 3 === 0 ? 0 : i));
    const finder = createBinFinder(findBinBounds(values, 16));
    expect(binOf(finder, 0)).toBe(0);
    expect(binOf(finder, 1)).toBe(1);
    expect(
      Array.from(
        findBinBounds(
          Float32Array.from({ length: 30 }, (_, i) => i % 3),
          255,
        ),
      ),
    ).toEqual([0.5, 1.5]);
  });
});

describe('quantisation', () => {
  it('keeps every sum of a histogram cell an exact integer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), fc.boolean(), (rows, constant) => {
        const { lanes, shift, gradientLevels, hessianLevels } = planQuantisation(rows, rows, constant);
        expect(hessianLevels * rows).toBeLessThan(lanes === 1 ? shift : 2 ** 53);
        expect((gradientLevels * rows + 1) * shift).toBeLessThanOrEqual(2 ** 53);
        expect(gradientLevels).toBeGreaterThanOrEqual(32);
      }),
      { seed: 1 },
    );
    expect(planQuantisation(500_000, 500_000, false)).toMatchObject({ lanes: 1, gradientLevels: 67 });
    expect(planQuantisation(5_000_000, 5_000_000, false).lanes).toBe(2);
  });
});

describe('what cannot be trained', () => {
  it('is refused with all wrong hyperparameters', () => {
    checkSettings(gbdt.kind, PARAMETERS);
    const wrong = { ...PARAMETERS, trees: 0, learningRate: Number.NaN, maxBins: 256, featureFraction: 0 };
    expect(() => {
      checkSettings(gbdt.kind, wrong);
    }).toThrow(
      expect.objectContaining({
        code: 'TRAINING_PARAMETER_INVALID',
        details: {
          problems: [
            'trees is 0, not a whole number of 1 to 100000',
            'learningRate is NaN, not a number above 0 and of at most 1',
            'maxBins is 256, not a whole number of 2 to 255',
            'featureFraction is 0, not a number above 0 and of at most 1',
          ],
        },
      }),
    );
  });

  it('is refused when labels are too few, all the same, or no labels', () => {
    const cases = [
      ['binary', Float32Array.from({ length: 39 }, (_, i) => i % 2), 'TRAINING_NO_ROWS'],
      ['binary', new Float32Array(100).fill(1), 'TRAINING_SINGLE_CLASS'],
      ['binary', Float32Array.from({ length: 100 }, (_, i) => i % 3), 'TRAINING_NOT_FINITE'],
      ['regression', Float32Array.from({ length: 100 }, (_, i) => (i === 5 ? Number.NaN : i)), 'TRAINING_NOT_FINITE'],
    ] as const;
    for (const [task, labels, code] of cases) {
      expect(() => {
        checkLabels(labels, task, 2 * PARAMETERS.minRowsInLeaf);
      }).toThrow(expect.objectContaining({ code }));
    }
  });
});

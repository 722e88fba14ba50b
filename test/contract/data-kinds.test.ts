import { describe, it } from '@jest/globals';
import { byGroup } from '../../examples/extending/by-group.js';
import { hourCycle } from '../../examples/extending/hour-cycle.js';
import { matches } from '../../examples/extending/matches.js';
import { check, feature, split } from '../../src/index.js';
import { checkContract, splitContract, transformContract } from '../../src/testing/index.js';

describe.each([
  [
    'checks',
    [
      ...checkContract(check.rowCount, { min: 1 }, { max: 10 }),
      ...checkContract(check.notNull, {}),
      ...checkContract(check.between, { min: 0 }, { min: -1, max: 1 }),
      ...checkContract(check.inSet, { values: ["it's 1", 'b'] }, { values: [1, 2.5] }, { values: [true] }),
      ...checkContract(check.unique, {}),
      ...checkContract(check.freshness, { maxMs: 1_000 }),
      ...checkContract(matches, { pattern: "it's .*" }, { pattern: 'IT.S [0-5]', ignoreCase: true }),
    ],
  ],
  [
    'transforms',
    [
      ...transformContract(feature.hourOf, {}),
      ...transformContract(feature.weekdayOf, {}),
      ...transformContract(feature.numeric, {}),
      ...transformContract(feature.standardize, {}),
      ...transformContract(feature.oneHot, {}, { maxCategories: 3 }),
      ...transformContract(feature.targetEncode, {}, { smoothing: 0, folds: 2 }),
      ...transformContract(hourCycle, {}, { offset: -5 }),
    ],
  ],
  [
    'splits',
    [...splitContract(split.byTime, { testMs: 20 * 86_400_000 }), ...splitContract({ kind: byGroup.kind }, { test: 0.5 })],
  ],
] as const)('%s', (_door, cases) => {
  for (const { title, run } of cases) it(title, run);
});

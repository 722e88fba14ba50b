import { expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/contracts/json.js';
import type { RunManifest } from '../../../src/contracts/run/run-manifest.js';
import { otherVerdicts } from '../../../src/runs/other-verdicts.js';

const runOf = (results: JsonObject): RunManifest =>
  ({
    plan: {
      steps: [
        { id: 'train', kind: 'train' },
        { id: 'evaluation', kind: 'evaluate' },
      ],
    },
    results,
  }) as unknown as RunManifest;
const evaluated = (decision: string, comparedWith?: JsonObject | null): RunManifest =>
  runOf({ train: { id: decision }, evaluation: { decision, ...(comparedWith === undefined ? {} : { comparedWith }) } });

it('names an evaluation that a repetition ends in another verdict, or that met another champion', () => {
  expect(otherVerdicts(evaluated('blessed', null), evaluated('inconclusive', { version: 3 }))).toEqual([
    'step "evaluation" was blessed against the base-rate baseline, and is now inconclusive against champion version 3',
  ]);
  expect(otherVerdicts(evaluated('blessed', { version: 2 }), evaluated('blessed', { version: 3 }))).toEqual([
    'step "evaluation" was blessed against champion version 2, and is now blessed against champion version 3',
  ]);
  expect(otherVerdicts(evaluated('blessed'), evaluated('rejected'))).toEqual([
    'step "evaluation" was blessed, and is now rejected',
  ]);
});

it('says nothing of equal verdicts, and of evaluations that one of the runs has not', () => {
  expect(otherVerdicts(evaluated('blessed', { version: 2 }), evaluated('blessed', { version: 2 }))).toEqual([]);
  expect(otherVerdicts(evaluated('blessed', null), runOf({}))).toEqual([]);
});

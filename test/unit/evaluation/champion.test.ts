import { describe, expect, it } from '@jest/globals';
import type { ModelVersion } from '../../../src/contracts/model.js';
import type { FeatureMeta, FeatureResult, InterleavedSplit } from '../../../src/contracts/stages/feature.js';
import { standInOf } from '../../../src/evaluation/champion.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';

type Fitted = Pick<FeatureMeta, 'trainFrom' | 'testFrom' | 'testTo' | 'interleaved'>;

const byGroup = (seed: number, trainTo: string): InterleavedSplit => ({
  trainTo,
  split: { by: 'group', column: 'customer', seed },
});
const january: Fitted = { trainFrom: '2001-01-01', testFrom: '2001-01-25', testTo: '2001-01-31' };
const januaryByGroup: Fitted = { ...january, testFrom: '2001-01-01', interleaved: byGroup(0, '2001-01-31') };

async function notesOf(champion: Fitted, tested: Fitted): Promise<readonly string[]> {
  const version = { version: 1, artifact: { meta: champion } } as unknown as ModelVersion;
  const standIn = await standInOf(version, { meta: tested } as unknown as FeatureResult, {} as ArtifactStore);
  expect(standIn.mayHaveSeenTestRows).toBe(standIn.notes.length > 0);
  return standIn.notes;
}

describe('a champion that is compared on test rows', () => {
  it('has not seen those that came after the rows of its fit', async () => {
    expect(await notesOf(january, january)).toEqual([]);
    expect(await notesOf(january, { ...january, testFrom: '2001-02-20', testTo: '2001-02-27' })).toEqual([]);
  });

  it('may have seen those that are older than the end of its fit', async () => {
    expect(await notesOf(january, { ...january, testFrom: '2001-01-10', testTo: '2001-01-12' })).toEqual([
      'champion version 1 was fitted on rows up to 2001-01-25, the test rows begin at 2001-01-10: it may have seen them, which gives it a lead',
    ]);
  });

  it('has not seen those of the same split by group, whatever their time', async () => {
    expect(await notesOf(januaryByGroup, januaryByGroup)).toEqual([]);
    const reordered: InterleavedSplit = { trainTo: '2001-02-27', split: { seed: 0, column: 'customer', by: 'group' } };
    expect(await notesOf(januaryByGroup, { ...januaryByGroup, interleaved: reordered })).toEqual([]);
  });

  it('may have seen those of its time that another split held out', async () => {
    const lead = 'champion version 1 was fitted on rows up to 2001-01-31, the test rows begin at';
    const why = 'and were split in another way: it may have seen them, which gives it a lead';
    expect(await notesOf(januaryByGroup, january)).toEqual([`${lead} 2001-01-25 ${why}`]);
    const other = { ...januaryByGroup, interleaved: byGroup(1, '2001-01-31') };
    expect(await notesOf(januaryByGroup, other)).toEqual([`${lead} 2001-01-01 ${why}`]);
    expect(await notesOf(januaryByGroup, { ...january, testFrom: '2001-02-20', testTo: '2001-02-27' })).toEqual([]);
  });
});

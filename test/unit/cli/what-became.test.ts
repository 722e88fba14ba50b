import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { versionLines } from '../../../src/cli/render/render-versions.js';
import { progressLine } from '../../../src/cli/watch/progress-line.js';
import { stepLine } from '../../../src/cli/watch/step-lines.js';
import type { StepState } from '../../../src/contracts/run.js';

const NO_ALIAS = { champion: 1, challenger: null, previous: null };
const version = {
  model: 'm',
  version: 2,
  evaluation: null,
  metrics: { roc_auc: 0.61834567 },
  registeredAt: '2001-01-01T00:00:00.000Z',
  artifact: { kind: 'model', id: 'a'.repeat(16), sha256: 'a'.repeat(64), bytes: 1, uri: 'x', meta: {} },
  window: { from: '2001-01-01', to: '2001-02-01' },
  runId: 'r',
  workflowId: 'run-2',
} as const;

describe('models show', () => {
  it('says how a version was fitted, how it was judged, and why it was turned down', () => {
    const lines = versionLines(
      [
        {
          ...version,
          evaluation: { kind: 'evaluation', id: 'e'.repeat(16), sha256: 'e'.repeat(64), bytes: 1, uri: 'x', meta: {} },
          hyperparameters: { trees: 100, learningRate: 0.1, seed: 7 },
          decision: 'rejected',
          reasons: ['worse than champion version 1', 'log_loss is lost'],
          turnedDown: { action: 'reject', at: '2001-02-03T04:05:06.000Z', reason: 'worse than champion version 1' },
        },
      ],
      NO_ALIAS,
    );
    expect(lines.slice(1)).toEqual([
      'version 2 was fitted with trees=100 learningRate=0.1 seed=7',
      'version 2 was judged rejected: worse than champion version 1; log_loss is lost',
      `report: perennial artifacts get evaluation/${'e'.repeat(16)} report.html --out report.html`,
      'version 2 was turned down (reject) at 2001-02-03T04:05:06: worse than champion version 1',
    ]);
    expect(lines[0]).toContain('roc_auc=0.6183');
  });

  it('says nothing of what is not known', () => {
    expect(
      versionLines([{ ...version, hyperparameters: null, decision: null, reasons: [], turnedDown: null }], NO_ALIAS),
    ).toHaveLength(1);
  });
});

const state: StepState = {
  id: 'evaluate',
  kind: 'evaluate',
  status: 'succeeded',
  onFailure: 'fail',
  startedAt: null,
  finishedAt: null,
  seconds: 2,
  cached: false,
  metrics: {},
  failure: null,
  waitingFor: null,
};

describe('a step on one line', () => {
  it('that succeeded says when its gate rejected the model, and why', () => {
    const line = stepLine(
      { ...state, verdict: { decision: 'rejected', reasons: ['worse than champion version 1'] } },
      pc.createColors(false),
    );
    expect(line).toContain('rejected');
    expect(line).toContain('worse than champion version 1');
  });
});

describe('progress on one line', () => {
  const activity = {
    activityId: 'train',
    attempt: 1,
    note: null,
    lastFailure: null,
    waitingFor: null,
    devices: [],
    queued: null,
    process: null,
    startedAt: null,
    heartbeatAt: null,
  };

  it.each([
    [58_865.06674599998, 60_000, '58865/60000'],
    [0.1 + 0.2, 1, '0.3/1'],
    [1_234_567, 2_000_000, '1234567/2000000'],
  ])('%d of %d is %s', (done, total, words) => {
    expect(progressLine({ ...activity, done, total })).toContain(words);
  });
});

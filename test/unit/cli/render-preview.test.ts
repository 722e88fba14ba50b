import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import type { RunPreview } from '../../../src/cli/preview.js';
import { renderPreview } from '../../../src/cli/render/render-preview.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { poolQueue } from '../../../src/contracts/plan/queues.js';

const terminal: Terminal = {
  out: () => undefined,
  note: () => undefined,
  raw: () => undefined,
  interactive: false,
  width: 120,
  colours: pc.createColors(false),
  env: {},
  exitCode: 0,
};

const place = { pool: 'gpu', taskQueue: poolQueue('gpu-eu'), workers: 2, limit: 4 } as const;
const preview: RunPreview = {
  parameters: {},
  steps: [
    { step: 'load', kind: 'ingest', verdict: 'hit', reason: 'unchanged since run january', operations: [], place: null },
    { step: 'train', kind: 'train', verdict: 'runs', reason: 'parameter trees changed: 10 -> 20', operations: [], place },
    { step: 'publish', kind: 'step', verdict: 'later', reason: 'train runs first', operations: [], place: null },
  ],
  approvals: [
    {
      step: 'release',
      gate: {
        message: 'ship it?',
        expiresMs: 7_200_000,
        onExpiry: 'reject',
        quorum: 2,
        approvers: ['ada', 'bob', 'cy'],
        fourEyes: true,
      },
    },
    { step: 'look', gate: { message: 'seen?', expiresMs: null } },
  ],
  hooks: [
    { on: 'failure', notifier: 'slack', afterSeconds: null },
    { on: 'slow', notifier: 'email', afterSeconds: 5_400 },
  ],
  duration: { runs: 3, least: 45, most: 150, steps: { train: 90.4, publish: 0.25 }, unknown: ['tidy'] },
};

/** The cells of each row of the table, and the lines below it. */
function parts(text: string): { readonly rows: readonly (readonly string[])[]; readonly lines: readonly string[] } {
  const lines = text.split('\n');
  const cells = (line: string): string[] =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return { rows: lines.filter((line) => line.includes('│')).map(cells), lines: lines.filter((line) => !/[│┌├└]/.test(line)) };
}

describe('the preview of a run as text', () => {
  it('shows what each step would do, why, in which pool, and how long it takes', () => {
    expect(parts(renderPreview(preview, terminal)).rows).toEqual([
      ['step', 'now', 'why', 'pool', 'about'],
      ['load', 'hit', 'unchanged since run january', '', ''],
      ['train', 'runs', 'parameter trees changed: 10 -> 20', 'gpu (queue gpu-eu, 2 workers, limit 4)', '2 min'],
      ['publish', 'later', 'train runs first', '', '0.3 s'],
    ]);
  });

  it('says what gates ask of whom, what hooks tell, and how long it takes in all', () => {
    expect(parts(renderPreview(preview, terminal)).lines).toEqual([
      'a run with these parameters, now',
      'approval release asks: ship it?; 2 approvals of ada, bob, cy; not of who starts the run; counts as rejected after 2.0 h',
      'approval look asks: seen?; 1 approval of anybody',
      'on failure: slack',
      'on slow after 1.5 h: email',
      'about 45 s to 3 min, by 3 earlier runs, without the waits for people; never ran before, not counted: tidy',
    ]);
  });

  it('leaves out what there is not', () => {
    const steps = preview.steps.map((step) => ({ ...step, place: null }));
    const duration = { runs: 0, least: 0, most: 0, steps: {}, unknown: [] };
    const { rows, lines } = parts(renderPreview({ ...preview, steps, approvals: [], hooks: [], duration }, terminal));
    expect(rows[0]).toEqual(['step', 'now', 'why', 'about']);
    expect(lines).toEqual(['a run with these parameters, now', 'no earlier run to estimate its time from']);
  });

  it('says that nobody serves a pool', () => {
    const [, train] = preview.steps;
    const lonely = { ...train!, place: { ...place, taskQueue: 'gpu', workers: 0, limit: undefined } };
    expect(parts(renderPreview({ ...preview, steps: [lonely as never] }, terminal)).rows[1]?.[3]).toBe('gpu (no worker)');
  });
});

import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { createRunView } from '../../../src/cli/watch/run-view.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import type { Plan } from '../../../src/contracts/plan.js';
import type { RunStatus, StepState } from '../../../src/contracts/run.js';

function terminalOf(interactive: boolean, width = 40): Terminal & { text: () => string } {
  let text = '';
  return {
    text: () => text,
    out: (line) => (text += `${line}\n`),
    note: (line) => (text += `note: ${line}\n`),
    raw: (part) => (text += part),
    interactive,
    width,
    colours: pc.createColors(interactive),
    env: {},
    exitCode: 0,
  };
}

const plan: Plan = {
  formatVersion: 1,
  pipeline: 'tiny',
  hash: 'ab'.repeat(32),
  parameters: {},
  steps: [
    {
      id: 'train',
      kind: 'train',
      needs: [],
      inputs: {},
      config: {},
      resources: {},
      retry: { maximumAttempts: 1, initialIntervalMs: 1, backoffCoefficient: 1, maximumIntervalMs: 1 },
      timeoutMs: 1,
      heartbeatTimeoutMs: 1,
      onFailure: 'fail',
    },
  ],
};

const state = (status: StepState['status']): RunStatus => ({
  pipeline: 'tiny',
  planHash: plan.hash,
  status: status === 'succeeded' ? 'succeeded' : 'running',
  parameters: {},
  steps: [
    {
      id: 'train',
      kind: 'train',
      status,
      onFailure: 'fail',
      startedAt: null,
      finishedAt: null,
      seconds: status === 'succeeded' ? 2 : null,
      cached: false,
      metrics: status === 'succeeded' ? { rows: 228_738, roc_auc: 0.712345 } : {},
      failure: null,
      waitingFor: null,
    },
  ],
});

const progress = (done: number) => [
  { activityId: 'train', attempt: 2, done, total: 100, note: 'trees', lastFailure: 'worker lost', waitingFor: null, devices: [] },
];

const ESCAPE = '\u001B';
const CODES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g');

describe('a run on a pipe', () => {
  it('is one line per change, and remarks are said once', () => {
    const terminal = terminalOf(false);
    const view = createRunView(terminal, 'run-1');
    view.show(plan, state('running'), []);
    view.show(plan, state('running'), progress(50));
    view.show(plan, state('running'), progress(50));
    view.note('the server is away');
    view.note('the server is away');
    view.show(plan, state('succeeded'), []);
    const lines = terminal
      .text()
      .replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')
      .trimEnd()
      .split('\n');
    expect(lines).toEqual([
      'TIME train             running',
      'TIME run is running',
      'TIME train  ████████████░░░░░░░░░░░░ 50/100  trees  attempt 2 after: worker lost',
      'note: TIME the server is away',
      'TIME train             succeeded  2.0 s  rows=228738  roc_auc=0.7123',
      'TIME run is succeeded',
    ]);
  });
});

describe('a run on a terminal', () => {
  it('is redrawn in place, no line wider than the terminal', () => {
    const terminal = terminalOf(true);
    const view = createRunView(terminal, 'run-1');
    view.show(plan, state('running'), progress(10));
    const first = terminal.text();
    const drawn = first.split('\n').length - 1;
    view.show(
      plan,
      state('running'),
      progress(90).map((entry) => ({ ...entry, lastLine: 'loss 0.31' })),
    );
    const second = terminal.text().slice(first.length);
    expect(second.startsWith(`\u001B[?2026h\u001B[${drawn}A`)).toBe(true);
    expect(second.replaceAll(CODES, '')).toContain('  > loss 0.31\n');
    // Nothing is cleared before it is written over, or the picture would flicker.
    expect(second.indexOf('\u001B[0J')).toBeGreaterThan(second.indexOf('90/100'));
    for (const line of terminal.text().split('\n')) {
      const visible = line.replaceAll(CODES, '');
      expect(visible.length).toBeLessThanOrEqual(40);
    }
  });
});

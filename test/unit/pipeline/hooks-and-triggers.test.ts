import { describe, expect, it } from '@jest/globals';
import { definePipeline, isPipelineError, notify, on, param } from '../../../src/index.js';
import type { HookOptions, PipelineIssue } from '../../../src/index.js';

const params = { from: param.date(), rows: param.integer({ min: 1, default: 1 }) };
const pipelineWith = (hooks: HookOptions) =>
  definePipeline('p', { params, hooks }, (p) => p.step('only', { run: async () => 1 }));

function issuesOf(define: () => unknown): readonly PipelineIssue[] {
  try {
    define();
  } catch (error) {
    if (isPipelineError(error)) return (error.details as unknown as { issues: readonly PipelineIssue[] }).issues;
    throw error;
  }
  throw new Error('the pipeline was accepted');
}

describe('hooks', () => {
  it('become one entry of the plan for each notifier', () => {
    const { plan } = pipelineWith({
      onSuccess: [notify.stdout(), notify.slack({ url: { $secret: 'SLACK_URL' } })],
      onSlow: { after: '2 hours', notify: [notify.stdout()] },
    });
    expect(plan.hooks).toEqual([
      { on: 'success', notify: { notifier: 'stdout' } },
      { on: 'success', notify: { notifier: 'slack', url: { $secret: 'SLACK_URL' } } },
      { on: 'slow', afterMs: 7_200_000, notify: { notifier: 'stdout' } },
    ]);
  });

  it('are part of the hash, and a plan without them has no such field', () => {
    const without = definePipeline('p', { params }, (p) => p.step('only', { run: async () => 1 }));
    expect(without.plan).not.toHaveProperty('hooks');
    expect(pipelineWith({ onSuccess: [notify.stdout()] }).plan.hash).not.toBe(without.plan.hash);
  });

  it('tell every address and receiver that cannot be', () => {
    const issues = issuesOf(() =>
      pipelineWith({
        onSuccess: [notify.webhook({ url: 'ftp://example.com' }), notify.slack({ url: 'nowhere' })],
        onFailure: [notify.email({ server: 'http://mail', from: 'nobody', to: [] })],
        onSlow: { after: '0 hours', notify: [] },
      }),
    );
    expect(issues.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'notifier hooks.onSuccess.0.url',
      'notifier hooks.onSuccess.1.url',
      'notifier hooks.onFailure.0.server',
      'notifier hooks.onFailure.0.to',
      'notifier hooks.onFailure.0.from',
      'notifier hooks.onSlow.notify',
      'duration hooks.onSlow.after',
    ]);
  });
});

describe('triggers', () => {
  const triggered = definePipeline(
    'p',
    {
      params,
      triggers: [
        on.dataset('flights', { params: (change) => ({ from: change.from, rows: change.rows }) }),
        on.alias('flight-delay', 'champion', { params: () => ({ from: '2001-01-01' }), overlap: 'allow' }),
      ],
    },
    (p) => p.step('only', { run: async () => 1 }),
  );

  it('keep the fields of the change as markers and leave the plan alone', () => {
    expect(triggered.triggers).toEqual([
      {
        on: { kind: 'dataset', name: 'flights' },
        overlap: 'coalesce',
        parameters: { from: { $event: 'from' }, rows: { $event: 'rows' } },
      },
      { on: { kind: 'alias', name: 'flight-delay/champion' }, overlap: 'allow', parameters: { from: '2001-01-01' } },
    ]);
    expect(triggered.plan).not.toHaveProperty('triggers');
  });

  it('are checked as a start would be, all at once', () => {
    const issues = issuesOf(() =>
      definePipeline(
        'p',
        {
          params,
          triggers: [
            on.dataset('Flights', { params: () => ({ from: 'yesterday', rows: 0 }) }),
            on.dataset('flights', { params: (change) => ({ from: change.from, raws: 1 }) }),
            on.dataset('flights', { params: (change) => ({ from: change.from }) }),
          ],
        },
        (p) => p.step('only', { run: async () => 1 }),
      ),
    );
    expect(issues.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'name triggers.0',
      'trigger-parameters triggers.0.params.from',
      'trigger-parameters triggers.0.params.rows',
      'trigger-parameters triggers.1.params.raws',
      'duplicate-trigger triggers.2',
    ]);
  });
});

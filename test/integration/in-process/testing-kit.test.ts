import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definePipeline, param, rollout } from '../../../src/index.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import {
  expectPlan,
  failAttempt,
  killWorkerAt,
  planSnapshot,
  runInProcess,
  timeOutAttempt,
  withDoubles,
} from '../../../src/testing/index.js';
import { handMade, temporaryFolder, text } from '../execution-fixtures.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = folder.path;
});
afterAll(() => folder.remove());

const codeOf = (error: unknown): string => (isPipelineError(error) ? error.code : String(error));

const release = definePipeline('release', { params: { trees: param.integer({ default: 10 }) } }, (p) => {
  const data = p.step('data', { run: async () => ({ rows: 3 }) });
  const fitted = p.step('fit', { inputs: { data }, run: async ({ data: { rows } }) => ({ score: rows }) });
  const ok = p.approval('ok', { message: 'Release?', expires: '2 days', inputs: { fitted } });
  p.step('publish', { inputs: { fitted, ok }, run: async ({ fitted: { score }, ok: { by } }) => `${score} by ${by}` });
});

const DAY_MS = 86_400_000;

describe('fakes', () => {
  it('stand for steps, get their inputs, and go through the wrapper like the steps', async () => {
    const result = await runInProcess(
      release,
      {},
      { store, fakes: { fit: async ({ data }, { log }) => (log.info('faked', { data: data ?? null }), { score: 9 }) } },
    );
    expect(result.results['publish']).toBe('9 by runInProcess');
    expect(result.logs).toContainEqual({ step: 'fit', level: 'info', message: 'faked', fields: { data: { rows: 3 } } });
    expect(result.attempts.map(({ event, step }) => `${event} ${step}`)).toEqual([
      ...['started data', 'succeeded data', 'started fit', 'succeeded fit', 'started publish', 'succeeded publish'],
    ]);
  });

  it('must give what a step may give', async () => {
    const { status, steps } = await runInProcess(release, {}, { store, fakes: { fit: () => ({ score: NaN }) } });
    expect(status).toBe('failed');
    expect(steps[1]?.failure?.code).toBe('EXECUTION_RESULT_NOT_JSON');
  });

  it('stand for whole stages and for operations of a stage; unknown names list the known ones', async () => {
    const deploying = withDeploy();
    const whole = await runInProcess(deploying, {}, { store, fakes: { deploy: () => ({ outcome: 'promoted' }) } });
    expect(whole.results['deploy']).toEqual({ outcome: 'promoted' });
    const unknown = runInProcess(
      release,
      {},
      { store, fakes: { fitt: () => 1, ok: () => 1 }, faults: [failAttempt('nothing', 1)] },
    );
    await expect(unknown).rejects.toMatchObject({
      code: 'TESTING_UNKNOWN_STEP',
      message: expect.stringContaining('one of data, fit, publish'),
      details: { unknown: ['fitt', 'ok', 'nothing'] },
    });
  });

  it('change the hash of the plan, for the plan is another', () => {
    expect(withDoubles(release, { fakes: { fit: () => 1 } }).plan.hash).not.toBe(release.plan.hash);
    expect(withDoubles(release, { faults: [failAttempt('fit', 1)] }).plan.hash).toBe(release.plan.hash);
  });
});

/** A deploy step with a canary of a day at each weight, on a made-up evaluation. */
function withDeploy(): ReturnType<typeof handMade> {
  const canary = { ...rollout.canary([10, 100], { bake: '1 day' }), bakeMs: DAY_MS, weights: [10, 100] };
  return handMade('deploying', [
    { id: 'evaluate', run: async () => ({ decision: 'blessed', reasons: [] }) },
    {
      id: 'deploy',
      kind: 'deploy',
      inputs: { evaluation: { step: 'evaluate' } },
      config: { endpoint: 'e', model: 'm', rollout: canary as never },
    },
  ]);
}

describe('a clock of the run', () => {
  const operations = {
    'deploy.register': () => ({ version: 2, revision: 1 }),
    'deploy.open': () => ({ revision: 2, champion: 1, alreadyChampion: false }),
    'deploy.waitReady': () => ({ ready: true, reasons: [] }),
    'deploy.shift': () => ({ revision: 3 }),
    'deploy.promote': () => ({ promoted: true, reasons: [], revision: 4 }),
    'deploy.rollback': () => ({ revision: 5 }),
  };

  it('jumps over the bakes of a roll-out', async () => {
    const fakes = { ...operations, 'deploy.health': () => ({ healthy: true, reasons: [], requests: 1 }) };
    const { results, attempts } = await runInProcess(withDeploy(), {}, { store, fakes, startAt: '2030-01-01' });
    expect(results['deploy']).toMatchObject({ outcome: 'promoted', version: 2 });
    const checks = attempts
      .filter(({ operation, event }) => operation === 'health' && event === 'started')
      .map(({ at }) => at.slice(0, 10));
    expect(checks).toEqual(['2030-01-02', '2030-01-03']);
  });

  it('and rolls back when the health says so', async () => {
    let checks = 0;
    const fakes = { ...operations, 'deploy.health': () => ({ healthy: (checks += 1) < 2, reasons: ['slow'], requests: 1 }) };
    const { results } = await runInProcess(withDeploy(), {}, { store, fakes, startAt: '2030-01-01' });
    expect(results['deploy']).toMatchObject({ outcome: 'rolled-back' });
  });

  it('lets an approval expire that nobody answers, and stands still while steps run', async () => {
    const { status, steps } = await runInProcess(release, {}, { store, startAt: '2030-01-01', onApproval: () => 'ignore' });
    expect(status).toBe('failed');
    expect(steps.find(({ id }) => id === 'ok')).toMatchObject({
      startedAt: '2030-01-01T00:00:00.000Z',
      finishedAt: '2030-01-03T00:00:00.000Z',
      failure: { code: 'EXECUTION_GATE_EXPIRED' },
    });
  });
});

describe('faults', () => {
  it('fail an attempt, which is then retried after the pause of the plan', async () => {
    const result = await runInProcess(
      release,
      {},
      { store, startAt: '2030-01-01', faults: [failAttempt('fit', 1), timeOutAttempt('fit', 2)] },
    );
    expect(result.status).toBe('succeeded');
    expect(
      result.attempts
        .filter(({ step }) => step === 'fit')
        .map(({ event, attempt, code, at }) => [event, attempt, code, at.slice(17, 19)]),
    ).toEqual([
      ...[
        ['started', 1, null, '00'],
        ['failed', 1, 'TESTING_INJECTED_FAULT', '00'],
      ],
      ...[
        ['started', 2, null, '01'],
        ['failed', 2, 'EXECUTION_STEP_TIMED_OUT', '01'],
      ],
      ...[
        ['started', 3, null, '03'],
        ['succeeded', 3, null, '03'],
      ],
    ]);
  });

  it('fail the run when they may not be retried, with the code that was asked for', async () => {
    const faults = [failAttempt('fit', 1, { code: 'STORE_FULL', message: 'the disk is full', retryable: false })];
    const { status, steps } = await runInProcess(release, {}, { store, faults });
    expect(status).toBe('failed');
    expect(steps[1]?.failure).toMatchObject({ code: 'STORE_FULL', message: expect.stringContaining('the disk is full') });
  });

  it('never kill the process of the test', async () => {
    const killed = await runInProcess(release, {}, { store, faults: [killWorkerAt('fit')] }).catch(codeOf);
    expect(killed).toBe('TESTING_NO_CHILD_PROCESS');
  });
});

describe('the snapshot of a plan', () => {
  it('says everything but the hash, a fact a line, whatever the order of the keys', () => {
    const snapshot = planSnapshot(release);
    expect(snapshot).toContain('pipeline release\n');
    expect(snapshot).toContain('\n  step fit after data\n    input data: data\n');
    expect(snapshot).toContain('\n    message: "Release?"\n');
    expect(snapshot).toContain('  parameter trees: {"default":10,"type":"integer"}');
    expect(snapshot).not.toContain(release.plan.hash);
    expect(() => {
      expectPlan(release, snapshot);
    }).not.toThrow();
  });

  it('fails with the lines that went and came', () => {
    const stored = planSnapshot(release)
      .replace('approval ok after fit', 'approval ok')
      .replace('timeoutMs: 3600000', 'timeoutMs: 60000');
    let message = '';
    try {
      expectPlan(release, stored);
    } catch (error) {
      message = text(isPipelineError(error) ? `${error.code} ${error.message}` : String(error));
    }
    expect(message).toContain('TESTING_PLAN_CHANGED');
    expect(message).toContain('-   approval ok\n+   approval ok after fit');
    expect(message).toContain('-     timeoutMs: 60000\n+     timeoutMs: 3600000');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { check, definePipeline, drift, gate, on, rollout, score, source, trainer } from '../../../src/index.js';
import type { ParameterShape, PipelineBuilder, Plan, StepContext } from '../../../src/index.js';
import { planHash } from '../../../src/pipeline/plan/plan-hash.js';
import { define, flights, params, trained } from './flights.js';

const stepOf = (plan: Plan, id: string): Plan['steps'][number] => plan.steps.find((step) => step.id === id)!;

describe('definePipeline', () => {
  it('gives training as many threads as the step has CPUs, unless it names them', () => {
    const threadsOf = (options: object): unknown =>
      stepOf(define((p) => p.train(trained(p).features, { id: 'again', trainer: trainer.gbdt(), ...options })).plan, 'again')
        .config['threads'];
    expect(threadsOf({ resources: { cpu: 4 } })).toBe(4);
    expect(threadsOf({ resources: { cpu: 0.5 } })).toBe(1);
    expect(threadsOf({ resources: { cpu: 4 }, threads: 3 })).toBe(3);
    expect(threadsOf({})).toBeUndefined();
  });

  it('takes no options when a run takes no parameters', () => {
    const build = (p: Pick<PipelineBuilder<ParameterShape>, 'step'>): void => {
      p.step('one', { run: () => 1 });
    };
    const { plan } = definePipeline('plain', build);
    expect(definePipeline('plain', {}, build).plan.hash).toBe(plan.hash);
    expect(definePipeline('plain', { params: {} }, build).plan.hash).toBe(plan.hash);
    expect(() => definePipeline('plain', { params: {} } as never)).toThrow(
      '`build` is wrong in definePipeline(...): expected a function, got an object',
    );
  });

  it('binds each stage to the results that it needs', () => {
    const { plan } = define((p) => {
      const { model } = trained(p);
      const endpoint = p.deploy(p.evaluate(model));
      p.retrain(p.monitor(endpoint, { every: '1 day' }), { on: [on.newRows(1_000)] });
    });
    expect(plan.steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['ingest', []],
      ['validate', ['ingest']],
      ['feature', ['validate']],
      ['train', ['feature']],
      ['evaluate', ['train', 'feature']],
      ['deploy', ['evaluate']],
      ['monitor', ['deploy']],
      ['retrain', ['monitor']],
    ]);
    expect(stepOf(plan, 'feature').inputs).toEqual({ dataset: { step: 'validate', path: ['dataset'] } });
    expect(stepOf(plan, 'evaluate').inputs).toEqual({ model: { step: 'train' }, features: { step: 'feature' } });
    expect(stepOf(plan, 'deploy').inputs).toEqual({ evaluation: { step: 'evaluate' } });
    expect(stepOf(plan, 'monitor').inputs).toEqual({ endpoint: { step: 'deploy' } });
    expect(stepOf(plan, 'retrain').inputs).toEqual({});
  });

  it('takes the dataset itself when there is no validation', () => {
    const { plan } = define((p) => {
      const raw = p.ingest({ source: source.parquet('x'), schema: flights });
      p.step('count', { inputs: { raw }, run: ({ raw: { meta } }) => meta.rows });
    });
    expect(stepOf(plan, 'count').inputs).toEqual({ raw: { step: 'ingest' } });
    expect(stepOf(plan, 'ingest').config).not.toHaveProperty('window');
  });

  it('gives every step finite limits', () => {
    const { plan } = define((p) => trained(p));
    const retry = { maximumAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 };
    for (const step of plan.steps) {
      expect(step).toMatchObject({
        retry,
        heartbeatTimeoutMs: 30_000,
        onFailure: 'fail',
        timeoutMs: step.kind === 'train' ? 86_400_000 : 3_600_000,
      });
    }
  });

  it('takes limits from a step', () => {
    const { plan } = define((p) => {
      p.step('one', {
        run: () => null,
        description: 'says nothing',
        resources: { cpu: 2, memoryGiB: 1.5, gpu: 0 },
        retry: { maximumAttempts: 1 },
        timeout: '2 minutes',
        heartbeat: '5 seconds',
        onFailure: 'block',
      });
    });
    expect(plan.steps).toEqual([
      {
        id: 'one',
        kind: 'step',
        description: 'says nothing',
        needs: [],
        inputs: {},
        config: {},
        resources: { cpu: 2, memoryGiB: 1.5, gpu: 0 },
        retry: { maximumAttempts: 1, initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 },
        timeoutMs: 120_000,
        heartbeatTimeoutMs: 5_000,
        onFailure: 'block',
      },
    ]);
  });

  it('writes checks as the validate stage reads them', () => {
    const { plan } = define((p) => {
      const raw = p.ingest({ source: source.parquet('x'), schema: flights });
      p.validate(raw, {
        checks: [
          check.rowCount({ min: 5, max: p.params.trees }),
          check.notNull(flights.delay, { mostly: 0.9 }),
          check.freshness({ max: '2 days', severity: 'warn' }),
          check.between(flights.distance, { min: 1 }),
          check.inSet(flights.origin, ['ATL'], { id: 'known-origin' }),
          check.unique(flights.date, { severity: 'info' }),
        ],
      });
    });
    expect(stepOf(plan, 'validate').config['checks']).toEqual([
      { id: 'row_count_between', check: 'row_count_between', severity: 'error', arguments: { min: 5, max: { $param: 'trees' } } },
      { id: 'not_null:delay', check: 'not_null', severity: 'error', column: 'delay', mostly: 0.9, arguments: {} },
      { id: 'freshness', check: 'freshness', severity: 'warn', column: 'date', arguments: { maxMs: 172_800_000 } },
      { id: 'between:distance', check: 'between', severity: 'error', column: 'distance', arguments: { min: 1 } },
      { id: 'known-origin', check: 'in_set', severity: 'error', column: 'origin', arguments: { values: ['ATL'] } },
      { id: 'unique:date', check: 'unique', severity: 'info', column: 'date', arguments: {} },
    ]);
  });

  it('tells the monitor what the retrain step waits for, and takes labels from the training label', () => {
    const { plan } = define((p) => {
      const endpoint = p.deploy(
        p.evaluate(trained(p).model, { model: 'delays', gate: gate.betterThanChampion('f1'), metrics: ['brier'] }),
        { endpoint: 'live', rollout: rollout.canary([100], { bake: '0 seconds', health: { maxP99: '1 second' } }) },
      );
      const monitor = p.monitor(endpoint, {
        every: '1 day',
        drift: [drift.psi(score, { max: 0.2 })],
        labels: source.parquet('labels/*'),
      });
      p.retrain(monitor, {
        on: [on.drift(), on.performanceBelow('roc_auc', 0.6), on.cron('0 3 * * 1')],
        parameters: { trees: 7 },
      });
    });
    expect(stepOf(plan, 'evaluate').config).toMatchObject({ metrics: ['brier', 'f1'], model: 'delays' });
    expect(stepOf(plan, 'deploy').config).toEqual({
      endpoint: 'live',
      model: 'delays',
      rollout: {
        strategy: 'canary',
        weights: [100],
        bakeMs: 0,
        health: { maxErrorRatio: 0.01, maxP99Ms: 1_000, readyTimeoutMs: 60_000 },
      },
    });
    expect(stepOf(plan, 'monitor').config).toMatchObject({
      endpoint: 'live',
      model: 'delays',
      performance: [{ metric: 'roc_auc', below: 0.6 }],
      labels: { source: { format: 'parquet', path: 'labels/*' }, key: 'request_id', sql: 'delay > 15', delayMs: 0 },
    });
    expect(stepOf(plan, 'retrain')).toMatchObject({
      needs: ['monitor'],
      config: {
        model: 'delays',
        pipeline: 'flights',
        window: { lengthMs: null, since: { $param: 'from' }, from: 'from', to: 'to' },
        parameters: { trees: 7 },
      },
    });
  });

  it('puts an approval between steps that use nothing of it', () => {
    const { plan } = define((p) => {
      const evaluation = p.evaluate(trained(p).model);
      const approved = p.approval('approve', { message: 'Ship it?', expires: '2 days', inputs: { evaluation } });
      p.deploy(evaluation, { after: [approved] });
    });
    expect(stepOf(plan, 'approve')).toMatchObject({
      kind: 'gate',
      config: { message: 'Ship it?', expiresMs: 172_800_000 },
      needs: ['evaluate'],
    });
    expect(stepOf(plan, 'deploy').needs).toEqual(['evaluate', 'approve']);
  });

  it('keeps the functions of custom steps by id', async () => {
    const pipeline = define((p) => {
      const first = p.step('first', { run: () => ({ rows: 2 }) });
      p.step('double', { inputs: { first }, run: async (inputs) => inputs.first.rows * 2 });
    });
    const context = {} as StepContext;
    await expect(pipeline.functions.get('first')?.({}, context)).resolves.toEqual({ rows: 2 });
    await expect(pipeline.functions.get('double')?.({ first: { rows: 21 } }, context)).resolves.toBe(42);
    expect([...pipeline.functions.keys()]).toEqual(['first', 'double']);
  });

  it('gives a frozen plan of plain JSON whose hash is that of its content', () => {
    const { plan } = define((p) => trained(p));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(planHash(plan)).toBe(plan.hash);
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(plan)).toBe(true);
    expect(define((p) => trained(p)).plan.hash).toBe(plan.hash);
    expect(definePipeline('other', { params }, (p) => trained(p)).plan.hash).not.toBe(plan.hash);
  });

  it('hashes a plan without regard to the order of keys', () => {
    const { plan } = define((p) => trained(p));
    const shuffled = (value: unknown, swap: readonly boolean[]): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map((item) => shuffled(item, swap));
      const entries = Object.entries(value).map(([key, part]) => [key, shuffled(part, swap)] as const);
      return Object.fromEntries([...entries].sort(([a], [b]) => (swap[(a.length + b.length) % swap.length] === true ? 1 : -1)));
    };
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), (swap) => {
        expect(planHash(shuffled(plan, swap) as Plan)).toBe(plan.hash);
      }),
    );
  });
});

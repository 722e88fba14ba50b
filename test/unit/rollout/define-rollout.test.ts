import { describe, expect, it } from '@jest/globals';
import { linear, soak } from '../../../examples/extending/linear.js';
import type { JsonValue } from '../../../src/contracts/json.js';
import type { DeployConfig } from '../../../src/contracts/stages/deploy.js';
import { defineRollout } from '../../../src/extend/index.js';
import { col, definePipeline, feature, gate, label, rollout, schema, source, split, sql, trainer } from '../../../src/index.js';
import { rolloutContract } from '../../../src/testing/index.js';
import { deployStage } from '../../../workflows/stages/deploy.js';
import type { StageHost } from '../../../workflows/stages/stage-host.js';

const trips = schema('trips', { at: col.timestamp({ eventTime: true }), distance: col.float(), late: col.boolean() });
const planned = (how: object): DeployConfig['rollout'] => {
  const { plan } = definePipeline('p', {}, (p) => {
    const rows = p.ingest({ source: source.csv('trips.csv'), schema: trips });
    const features = p.feature(rows, {
      label: label.binary(sql`${trips.late}`),
      split: split.byTime({ test: '7 days' }),
      columns: { distance: feature.numeric(trips.distance) },
    });
    const model = p.train(features, { trainer: trainer.gbdt({ trees: 5 }) });
    p.deploy(p.evaluate(model, { gate: gate.betterThanChampion('roc_auc') }), { rollout: how as never });
  });
  return (plan.steps.find(({ id }) => id === 'deploy')?.config as unknown as DeployConfig).rollout;
};

/** Weights and bakes of a roll-out in which all is well. */
async function course(spec: DeployConfig['rollout'], weights?: readonly number[]): Promise<readonly string[]> {
  const steps: string[] = [];
  const answers: { readonly [operation: string]: JsonValue } = {
    register: { version: 2, revision: 1 },
    open: { revision: 2, champion: 1, alreadyChampion: false, ...(weights === undefined ? {} : { weights }) },
    waitReady: { ready: true, reasons: [] },
    shift: { revision: 3, start: [] },
    health: { healthy: true, reasons: [], requests: 30 },
    promote: { promoted: true, reasons: [], revision: 4 },
  };
  const host: Partial<StageHost> = {
    config: { endpoint: 'e', model: 'm', rollout: spec },
    inputs: { evaluation: { decision: 'blessed', reasons: [] } },
    workflowId: 'run',
    describe: () => undefined,
    call: (operation, args) => {
      if (operation === 'shift') steps.push(`${String((args as { readonly weight: number }).weight)}%`);
      return Promise.resolve(answers[operation] ?? null);
    },
    sleep: (ms) => {
      steps.push(`${ms / 60_000} min`);
      return Promise.resolve();
    },
    shielded: (work) => work(),
  };
  expect(await deployStage(host as StageHost)).toMatchObject({ outcome: 'promoted' });
  return steps;
}

describe('a roll-out that was added', () => {
  it('stands in the plan with the steps that it made of its options', () => {
    expect(planned(linear({ step: 40, health: { maxErrorRatio: 0.5 } }))).toEqual({
      strategy: 'linear',
      step: 40,
      every: '10 minutes',
      weights: [40, 80, 100],
      bakeMs: 600_000,
      health: { maxErrorRatio: 0.5, maxP99Ms: 500, readyTimeoutMs: 60_000 },
    });
    expect(planned(soak({ for: '1 day' }))).toMatchObject({
      weights: [1, 100],
      bakeMs: 86_400_000,
      bakesMs: [86_400_000, 300_000],
      health: { maxErrorRatio: 0.001 },
      onInconclusive: 'wait',
    });
  });

  it('bakes at each weight as long as its step says, and at the last weight where no champion serves', async () => {
    expect(await course(planned(soak({ for: '2 hours' })))).toEqual(['1%', '120 min', '100%', '5 min']);
    expect(await course(planned(soak({ for: '2 hours' })), [100])).toEqual(['100%', '5 min']);
    expect(await course(planned(linear({ step: 50, every: '1 minute' })))).toEqual(['50%', '1 min', '100%', '1 min']);
    expect(await course(planned(rollout.canary([10, 100], { bake: '3 minutes' })))).toEqual(['10%', '3 min', '100%', '3 min']);
  });

  it('is refused with wrong options, with steps that cannot be, and under a name that is taken', () => {
    expect(() => linear({ step: 0, evry: '1 minute' } as never)).toThrow(/`evry`[^]*`step`: expected a number of 1 to 100/);
    const back = defineRollout({
      name: 'back',
      options: { properties: {} },
      plan: () => ({
        steps: [
          { weight: 100, bake: 'long' },
          { weight: 50, bake: '1 minute' },
        ],
      }),
    });
    expect(() => planned(back())).toThrow(/the last weight must be 100, got \[100, 50\][^]*bake/);
    const none = defineRollout({ name: 'none', options: { properties: {} }, plan: () => ({}) as never });
    expect(() => none()).toThrow('`plan` of the roll-out "none" returned no steps');
    const define = (definition: object) => () =>
      defineRollout({ options: { properties: {} }, plan: () => ({ steps: [] }), ...definition } as never);
    expect(define({ name: 'canary' })).toThrow('there is a roll-out "canary" already');
    expect(define({ name: 'weighty', options: { properties: { weights: {} } } })).toThrow('every roll-out has weights already');
  });
});

describe('what every roll-out keeps to', () => {
  for (const { title, run } of [
    ...rolloutContract(rollout.canary, { weights: [100] }, { weights: [1, 10, 100], bake: '1 hour' }),
    ...rolloutContract(linear as never, { step: 7, every: '1 minute' }, { step: 100, every: '0 seconds' }),
    ...rolloutContract(soak as never, { share: 2.5, for: '1 day' }),
  ])
    it(title, run);
});

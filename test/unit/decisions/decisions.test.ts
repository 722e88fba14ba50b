import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createControlActivities } from '../../../activities/control.js';
import { deployOperations } from '../../../activities/stages/deploy.js';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { JsonObject, JsonValue } from '../../../src/contracts/json.js';
import type { RegistryLogEntry } from '../../../src/contracts/model.js';
import type { DeployConfig, DeployResult } from '../../../src/contracts/stages/deploy.js';
import type { EvaluateResult, EvaluationMeta } from '../../../src/contracts/stages/evaluate.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import { aliasRecord, aliasState } from '../../../src/registry/alias-state.js';
import { NO_ENTRIES, withEntry } from '../../../src/registry/log-state.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createEndpoints } from '../../../src/registry/endpoints.js';
import { readBasis } from '../../../src/registry/read-basis.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { deployStage } from '../../../workflows/stages/deploy.js';
import type { StageHost } from '../../../workflows/stages/stage-host.js';
import { createTestContext } from '../../test-context.js';
import { Interleaving } from './interleaving.js';

const model = 'flight-delay';
const endpoint = 'flights';
const config: DeployConfig = {
  endpoint,
  model,
  rollout: {
    strategy: 'canary',
    weights: [10, 100],
    bakeMs: 1,
    health: { maxErrorRatio: 0.1, maxP99Ms: 100, readyTimeoutMs: 1 },
  },
};

const BASE = createTestContext({} as ArtifactStore);

/** How good the model of a run truly is; versions of the registry are found by their artifact. */
type Quality = ReadonlyMap<string, number>;

/** Holds the model against the champion of now, as a gate that never errs. */
async function judge(store: ObjectStore, candidate: ArtifactRef<'model'>, quality: Quality): Promise<EvaluateResult> {
  const registry = createRegistry(store);
  const champion = (await registry.alias(model, 'champion'))?.record.version ?? null;
  const opponent = champion === null ? null : (await registry.version(model, champion)).artifact;
  const better = opponent === null || (quality.get(candidate.id) ?? 0) > (quality.get(opponent.id) ?? 0);
  const verdict = {
    decision: better ? ('blessed' as const) : ('rejected' as const),
    reasons: ['judged'],
    metrics: {},
    gate: null,
    comparedWith: champion === null ? null : { version: champion },
  };
  const meta: EvaluationMeta = { ...verdict, model, candidate: candidate.id };
  const id = `of-${candidate.id}-against-${champion ?? 'none'}`;
  const evaluation = { kind: 'evaluation' as const, id, sha256: '', bytes: 1, uri: 'memory:', meta };
  return { ...verdict, evaluation, model: candidate as EvaluateResult['model'] };
}

/** The roll-out as it is, over replicas whose health the numbers decide. */
function rollOut(world: Interleaving, workflowId: string, evaluation: EvaluateResult, quality: Quality): Promise<JsonValue> {
  const call = async (operation: string, args: JsonObject = {}): Promise<JsonValue> => {
    if (operation === 'waitReady') return { ready: world.choose(16) !== 1, reasons: ['it does not load'] };
    if (operation === 'health') {
      if (world.choose(16) === 1) throw new Error('cancelled');
      return { healthy: world.choose(16) !== 2, reasons: ['too slow'], requests: 100 };
    }
    return world.activity<JsonValue>(async (objects) => {
      if (operation === 'reevaluate') return judge(objects, evaluation.model, quality);
      const run = { pipeline: 'flights', planHash: '', workflowId, runId: workflowId };
      const context = { ...BASE, artifacts: { objects } as ArtifactStore, run };
      const work = deployOperations[operation as 'register'];
      return await work({ config, inputs: { evaluation }, arguments: args as never }, context);
    });
  };
  const host: Partial<StageHost> = {
    config,
    inputs: { evaluation },
    workflowId,
    call,
    describe: () => undefined,
    sleep: () => Promise.resolve(),
    now: () => 0,
    shielded: (work) => work(),
    whole: (value) => Promise.resolve(value),
  };
  return deployStage(host as StageHost);
}

type Ends = { readonly [workflowId: string]: DeployResult | 'failed' };

/** Runs that each evaluate a model and roll it out, and people who roll back, all at once. */
async function live(world: Interleaving, qualities: readonly number[], rollbacks: number): Promise<Ends> {
  const quality: Quality = new Map(qualities.map((value, n) => [`model-${n}`, value]));
  const ends: { [workflowId: string]: DeployResult | 'failed' } = {};
  const runs = qualities.map(async (_, n) => {
    const candidate = { kind: 'model' as const, id: `model-${n}`, sha256: '', bytes: 1, uri: 'memory:', meta: {} };
    const evaluation = await world.activity((store) => judge(store, candidate, quality));
    const end = rollOut(world, `run-${n}`, evaluation, quality);
    ends[`run-${n}`] = await end.then(
      (result) => result as DeployResult,
      () => 'failed' as const,
    );
  });
  const people = Array.from({ length: rollbacks }, async (_, n) => {
    const input = { model, by: 'ann', reason: 'complaints', workflowId: `rollback-${n}` };
    try {
      await world.activity((store) => createControlActivities(store, () => null).rollbackModel(input));
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'REGISTRY_NO_PREVIOUS') throw error;
    }
  });
  await world.run([...runs, ...people]);
  const log = await createRegistry(world.store).log(model);
  await checkLog(world.store, log, quality);
  return ends;
}

/** The champion is always one that beat the champion it replaced, or that a person put there with a reason, or the one of before an undone move. */
async function checkLog(store: ObjectStore, log: readonly RegistryLogEntry[], quality: Quality): Promise<void> {
  const registry = createRegistry(store);
  const truth = async (version: number): Promise<number> =>
    quality.get((await registry.version(model, version)).artifact.id) ?? NaN;
  for (const [n, entry] of log.entries()) {
    const before = aliasState(log.slice(0, n).reduce(withEntry, NO_ENTRIES)).champion?.version ?? null;
    const after = aliasState(log.slice(0, n + 1).reduce(withEntry, NO_ENTRIES)).champion?.version ?? null;
    if (before === after) continue;
    const basis = readBasis(entry.details);
    expect(basis).not.toBeNull();
    if (entry.action !== 'promote') continue;
    expect(entry).toMatchObject({ from: before, version: after });
    expect(basis).toMatchObject({ comparedWith: before === null ? null : { version: before } });
    if (before !== null) expect(await truth(entry.version)).toBeGreaterThan(await truth(before));
  }
  await registry.verifyLog(model);
}

const numbers = fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 400 });
const qualities = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 });

describe('registry, gate, roll-out and people at once, with kills between any two operations of the store', () => {
  it('leave a champion that earned its place, and an endpoint that serves it alone', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, qualities, fc.integer({ min: 0, max: 2 }), async (choices, models, rollbacks) => {
        const fates = [
          ...new Array<'dies before it'>(12).fill('dies before it'),
          ...new Array<'dies after it'>(12).fill('dies after it'),
        ];
        const world = new Interleaving(choices, fates);
        const ends = await live(world, models, rollbacks);
        const registry = createRegistry(world.store);
        const state = aliasState((await registry.log(model)).reduce(withEntry, NO_ENTRIES));
        for (const alias of ['champion', 'previous', 'challenger'] as const) {
          const standing = state[alias];
          expect((await registry.alias(model, alias))?.record ?? null).toEqual(
            standing === null ? null : aliasRecord(alias, standing),
          );
        }
        const served = (await createEndpoints(world.store).read(endpoint))?.config.variants ?? [];
        const champion = state.champion?.version;
        expect(served.map(({ variant, version, weight }) => ({ variant, version, weight }))).toEqual(
          champion === undefined ? [] : [{ variant: 'champion', version: champion, weight: 100 }],
        );
        const log = await registry.log(model);
        for (const [workflowId, end] of Object.entries(ends)) {
          const promotions = log.filter((entry) => entry.action === 'promote' && entry.workflowId === workflowId);
          const undone = log.filter((entry) => entry.action === 'withdraw' && entry.workflowId === workflowId);
          const promoted = end !== 'failed' && end.outcome === 'promoted';
          expect(promotions.length - undone.length).toBe(promoted ? 1 : 0);
        }
      }),
      // An endpoint that lost its champion to a roll-out that had seen none yet.
      { numRuns: 25, examples: [[[0, 0, 5932], [1, 2, 3, 4], 0]] },
    );
  });

  it('never let an attempt that was given up, and goes on all the same, crown a model that did not win', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, qualities, async (choices, models) => {
        await live(new Interleaving(choices, new Array<'left'>(24).fill('left')), models, 1);
      }),
      { numRuns: 15 },
    );
  });
});

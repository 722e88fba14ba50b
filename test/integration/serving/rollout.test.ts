import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { deployOperations } from '../../../activities/stages/deploy.js';
import { deployStage } from '../../../workflows/stages/deploy.js';
import type { StageHost } from '../../../workflows/stages/stage-host.js';
import type { JsonObject, JsonValue } from '../../../src/contracts/json.js';
import type { DeployConfig, DeployResult } from '../../../src/contracts/stages/deploy.js';
import type { EvaluateResult } from '../../../src/contracts/stages/evaluate.js';
import type { StepContext } from '../../../src/pipeline/step-context.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createModelServer } from '../../../src/serving/index.js';
import type { ModelServer } from '../../../src/serving/index.js';
import { createTestContext } from '../../test-context.js';
import { ROW, createServingStore, post, until } from './served-model.js';
import type { ServingStore, TinyModel } from './served-model.js';

let store: ServingStore;
let server: ModelServer | null = null;

beforeEach(async () => {
  store = await createServingStore();
});
afterEach(async () => {
  await server?.close();
  server = null;
  await store.remove();
});

async function serve(): Promise<ModelServer> {
  server = await createModelServer({
    store: store.uri,
    endpoint: 'flights',
    port: 0,
    logLevel: 'silent',
    refreshMs: 20,
    replica: 'one',
  });
  await server.start();
  return server;
}

const CONFIG: DeployConfig = {
  endpoint: 'flights',
  model: 'flights',
  rollout: {
    strategy: 'canary',
    weights: [10, 50, 100],
    bakeMs: 40,
    health: { maxErrorRatio: 0.05, maxP99Ms: 5_000, readyTimeoutMs: 5_000 },
  },
};

/** An evaluation against the champion of now. */
async function evaluationOf(
  model: TinyModel,
  decision: EvaluateResult['decision'],
  reasons: readonly string[] = [],
): Promise<EvaluateResult> {
  const champion = (await createRegistry(store.artifacts.objects).alias('flights', 'champion'))?.record.version;
  const comparedWith = champion === undefined ? null : { version: champion };
  const gate = {
    metric: 'roc_auc',
    challenger: 0.7,
    opponent: 0.6,
    opponentKind: 'baseline',
    opponentVersion: null,
    delta: 0.1,
    deltaLow: 0.05,
    deltaHigh: 0.2,
  } as const;
  const metrics = { roc_auc: 0.7 };
  const candidate = await store.publish(model);
  const meta = { model: 'flights', decision, reasons, metrics, gate, comparedWith, candidate: candidate.id };
  const evaluation = await store.artifacts.publish({ kind: 'evaluation', files: [], meta, inputs: [] });
  return { evaluation, model: candidate, decision, reasons, metrics, gate, comparedWith };
}

type Interference = {
  readonly before?: (operation: string) => Promise<void> | void;
  readonly twice?: boolean;
  /** What the evaluation against the champion of now gives. */
  readonly reevaluate?: () => Promise<EvaluateResult>;
  readonly config?: DeployConfig;
};

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Runs the stage's own workflow code with its real operations, everything through JSON; `twice` retries each operation after it succeeded. */
async function deploy(
  evaluation: EvaluateResult,
  workflowId: string,
  { before, twice = false, config = CONFIG, reevaluate }: Interference = {},
): Promise<{ result: DeployResult; calls: string[] }> {
  const calls: string[] = [];
  const context = createTestContext(store.artifacts, {
    run: { pipeline: 'flights', planHash: '', workflowId, runId: workflowId },
  });
  type Task = { config: JsonObject; inputs: JsonObject; arguments: JsonObject };
  const operations = { ...deployOperations, ...(reevaluate === undefined ? {} : { reevaluate }) } as unknown as Record<
    string,
    (task: Task, context: StepContext) => Promise<JsonValue>
  >;
  const inputs = throughJson({ evaluation }) as unknown as JsonObject;
  const host: StageHost = {
    config: throughJson(config),
    inputs,
    workflowId,
    call: async (operation, operationArguments = {}) => {
      calls.push(operation);
      await before?.(operation);
      const task = { config: host.config, inputs, arguments: throughJson(operationArguments) };
      const result = await operations[operation]!(task, context);
      return throughJson(twice ? await operations[operation]!(task, context) : result);
    },
    runBody: () => {
      throw new Error('a deployment has no body');
    },
    runChild: () => Promise.reject(new Error('a deployment calls no pipeline')),
    readOperands: () => Promise.reject(new Error('a deployment reads no conditions')),
    whole: (value) => Promise.resolve(value),
    count: () => undefined,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    now: () => Date.now(),
    describe: () => undefined,
    shielded: (work) => work(),
  };
  return { result: (await deployStage(host)) as DeployResult, calls };
}

const summary = async (): Promise<string> => {
  const config = (await store.endpoints.read('flights'))?.config;
  const variants = config?.variants.map(({ variant, version, weight }) => `${variant}:${version}@${weight}`) ?? [];
  return `${variants.join(' ')} previous:${config?.previous?.version ?? '-'}`;
};

describe('the deployment of a version', () => {
  it('takes a first version live through readiness and the canary steps', async () => {
    const { url } = await serve();
    const { result, calls } = await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    expect(result).toMatchObject({ endpoint: 'flights', model: 'flights', version: 1, outcome: 'promoted', reasons: [] });
    expect(calls).toEqual(['register', 'open', 'waitReady', 'promote']);
    expect(await summary()).toBe('champion:1@100 previous:-');
    expect((await createRegistry(store.artifacts.objects).alias('flights', 'champion'))?.record.version).toBe(1);
    expect((await post(`${url}/v1/models/flights:predict`, { instances: [ROW] })).status).toBe(200);
  });

  it('replaces the champion under traffic with no failed request, and keeps it for a rollback', async () => {
    const { url } = await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    const load = { stopped: false };
    const statuses = new Set<number>();
    const versions = new Set<string>();
    const traffic = (async () => {
      for (let n = 0; !load.stopped; n += 1) {
        const { status, body } = await post(`${url}/v1/models/flights:predict`, { instances: [ROW], ids: [`${n}`] });
        statuses.add(status);
        versions.add(String(body['model_version']));
      }
    })();
    const { result } = await deploy(await evaluationOf({ offset: 2 }, 'blessed'), 'run-2');
    load.stopped = true;
    await traffic;
    expect(result).toMatchObject({ version: 2, outcome: 'promoted' });
    expect([...statuses]).toEqual([200]);
    expect([...versions].sort()).toEqual(['1', '2']);
    expect(await summary()).toBe('champion:2@100 previous:1');
  });

  it('registers a rejected model with the reasons and moves nothing', async () => {
    await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    const { result, calls } = await deploy(await evaluationOf({ offset: 2 }, 'rejected', ['worse than the champion']), 'run-2');
    expect(result).toMatchObject({ version: 2, outcome: 'rejected', reasons: ['worse than the champion'] });
    expect(calls).toEqual(['register']);
    expect(await summary()).toBe('champion:1@100 previous:-');
    const log = await createRegistry(store.artifacts.objects).log('flights');
    expect(log.at(-1)).toMatchObject({
      action: 'reject',
      version: 2,
      reason: expect.stringContaining('worse than the champion'),
    });
  });

  it('rolls a candidate back that fails its requests during a bake', async () => {
    const { url } = await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    // Its own samples score well; rows with a negative distance give NaN, which no other version does.
    const bad = await evaluationOf({ offset: 2, root: true }, 'blessed');
    const { result, calls } = await deploy(bad, 'run-2', {
      before: async (operation) => {
        if (operation !== 'health') return;
        const rows = Array.from({ length: 60 }, (_, n) =>
          post(`${url}/v1/models/flights:predict`, { instances: [{ ...ROW, distance: -1 }], ids: [`${n}`] }),
        );
        await Promise.all(rows);
      },
    });
    expect(result.outcome).toBe('rolled-back');
    expect(result.reasons).toEqual([expect.stringMatching(/^at 10 per cent: \d+ of \d+ requests failed, more than 5 per cent$/)]);
    expect(calls.slice(-3)).toEqual(['shift', 'health', 'rollback']);
    expect(await summary()).toBe('champion:1@100 previous:-');
    await until('only the champion is served', async () => (await store.endpoints.replicas('flights'))[0]?.variants.length === 1);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => post(`${url}/v1/models/flights:predict`, { instances: [ROW], ids: [`${n}`] })),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['model_version'])}`))).toEqual(new Set(['200 1']));
    const log = await createRegistry(store.artifacts.objects).log('flights');
    expect(log.at(-1)).toMatchObject({ action: 'reject', version: 2, reason: expect.stringContaining('rolled back') });
  });

  it('rolls back a candidate that does not load, also when there is no champion', async () => {
    await serve();
    const broken = await evaluationOf({ offset: 9 }, 'blessed');
    await writeFile(await store.artifacts.localFile(broken.model, 'model.onnx'), 'not a model');
    const { result } = await deploy(broken, 'run-1');
    expect(result).toMatchObject({ version: 1, outcome: 'rolled-back', reasons: [expect.stringContaining('ARTIFACT_CORRUPT')] });
    expect(await summary()).toBe(' previous:-');
    const { result: good } = await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-2');
    expect(good).toMatchObject({ version: 2, outcome: 'promoted' });
    expect(await summary()).toBe('champion:2@100 previous:-');
  });

  it('fails with DEPLOY_NO_REPLICA when nobody serves the endpoint, and leaves no candidate behind', async () => {
    const impatient = { ...CONFIG, rollout: { ...CONFIG.rollout, health: { ...CONFIG.rollout.health, readyTimeoutMs: 200 } } };
    await expect(deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1', { config: impatient })).rejects.toMatchObject({
      code: 'DEPLOY_NO_REPLICA',
      message: expect.stringContaining('perennial serve --endpoint flights'),
    });
    expect(await summary()).toBe(' previous:-');
  });

  it('moves nothing twice when every activity is tried again after it had succeeded', async () => {
    await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1', { twice: true });
    const { result } = await deploy(await evaluationOf({ offset: 2 }, 'blessed'), 'run-2', { twice: true });
    expect(result).toMatchObject({ version: 2, outcome: 'promoted' });
    expect(await summary()).toBe('champion:2@100 previous:1');
    const log = await createRegistry(store.artifacts.objects).log('flights');
    expect(log.map((entry) => `${entry.action} ${entry.version}`)).toEqual([
      'register 1',
      'alias 1',
      'promote 1',
      'register 2',
      'alias 2',
      'promote 2',
    ]);
    // One revision each for: open, three weights (a first version has all at once), promote.
    expect((await store.endpoints.log('flights')).map((config) => config.variants.map(({ weight }) => weight).join('/'))).toEqual(
      [...['100', '100'], ...['100/0', '90/10', '50/50', '0/100', '100']],
    );
  });

  it('never puts a version in the place of a champion that it was not compared with', async () => {
    await serve();
    const [first, second, stale] = [
      await evaluationOf({ offset: 1 }, 'blessed'),
      await evaluationOf({ offset: 2 }, 'blessed'),
      await evaluationOf({ offset: 3 }, 'blessed'),
    ];
    await deploy(first, 'run-1');
    const { result: superseded, calls } = await deploy(second, 'run-2');
    expect(superseded).toMatchObject({
      version: 2,
      outcome: 'superseded',
      reasons: [expect.stringMatching('compared with no champion, and now there is champion version 1'), expect.anything()],
    });
    expect(calls).toEqual(['register', 'open', 'rollback', 'reevaluate', 'rollback']);
    const worse = () => evaluationOf({ offset: 3 }, 'rejected', ['worse than champion version 1']);
    const { result: rejected } = await deploy(stale, 'run-3', { reevaluate: worse });
    expect(rejected).toMatchObject({ outcome: 'rejected', reasons: [expect.anything(), 'worse than champion version 1'] });
    expect(await summary()).toBe('champion:1@100 previous:-');

    const again = await evaluationOf({ offset: 3 }, 'blessed', ['better than champion version 1']);
    const { result } = await deploy(stale, 'run-4', { reevaluate: () => Promise.resolve(again) });
    expect(result).toMatchObject({ version: 4, outcome: 'promoted' });
    const alias = await createRegistry(store.artifacts.objects).alias('flights', 'champion');
    expect(alias?.record).toMatchObject({
      version: 4,
      basis: { evaluation: again.evaluation.id, comparedWith: { version: 1 } },
      reason: expect.stringContaining('better than champion version 1'),
    });
  });

  it('ends as superseded, not as a failure, when another roll-out takes its place on the endpoint', async () => {
    await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    const other = await evaluationOf({ offset: 3 }, 'blessed');
    let taken = false;
    const { result, calls } = await deploy(await evaluationOf({ offset: 2 }, 'blessed'), 'run-2', {
      before: async (operation) => {
        if (operation !== 'shift' || taken) return;
        taken = true;
        expect((await deploy(other, 'run-3', { before: () => undefined })).result.outcome).toBe('promoted');
      },
    });
    expect(result).toMatchObject({
      version: 2,
      outcome: 'superseded',
      reasons: [expect.stringContaining('no longer the candidate of endpoint "flights"')],
    });
    expect(calls).toEqual(['register', 'open', 'waitReady', 'shift', 'rollback']);
    expect(await summary()).toBe('champion:3@100 previous:1');
  });

  it('withdraws its candidate when another champion was made meanwhile', async () => {
    await serve();
    await deploy(await evaluationOf({ offset: 1 }, 'blessed'), 'run-1');
    const registry = createRegistry(store.artifacts.objects);
    const { result } = await deploy(await evaluationOf({ offset: 2 }, 'blessed'), 'run-2', {
      before: async (operation) => {
        if (operation !== 'promote') return;
        const other = await evaluationOf({ offset: 3 }, 'blessed');
        const window = { from: '2001-01-01', to: '2001-02-01' };
        const { version } = await registry.register({
          model: 'flights',
          artifact: other.model,
          evaluation: null,
          metrics: {},
          window,
          workflowId: 'run-3',
          runId: 'run-3',
        });
        await registry.promote({
          model: 'flights',
          version,
          expectedChampion: 1,
          basis: { person: 'test', reason: 'faster' },
          workflowId: 'run-3',
        });
      },
    });
    expect(result).toMatchObject({
      version: 2,
      outcome: 'superseded',
      reasons: [expect.stringContaining('expected version 1, got version 3'), 'what it was evaluated on is gone'],
    });
    expect((await registry.alias('flights', 'champion'))?.record.version).toBe(3);
    expect(await summary()).toBe('champion:1@100 previous:-');
  });
});

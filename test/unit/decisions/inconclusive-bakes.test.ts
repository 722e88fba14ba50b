import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../src/contracts/json.js';
import type { DeployConfig, RolloutSpec } from '../../../src/contracts/stages/deploy.js';
import { deployStage } from '../../../workflows/stages/deploy.js';
import type { StageHost } from '../../../workflows/stages/stage-host.js';

const DOUBT = 'only 3 of 20 requests came, which proves nothing';

/** Deploys over replicas that know nothing in the first `doubtful` looks; gives the result and how many bakes there were. */
async function deploy(onInconclusive: RolloutSpec['onInconclusive'], doubtful: number) {
  let looks = 0;
  let bakes = 0;
  let withdrawn: JsonValue = null;
  const answers: { readonly [operation: string]: (args: JsonValue | undefined) => JsonValue } = {
    register: () => ({ version: 2, revision: 1 }),
    open: () => ({ revision: 2, champion: 1, alreadyChampion: false }),
    waitReady: () => ({ ready: true, reasons: [] }),
    shift: () => ({ revision: 3, start: [] }),
    health: () => {
      looks += 1;
      return { healthy: true, reasons: [], requests: 3, ...(looks <= doubtful ? { inconclusive: DOUBT } : {}) };
    },
    promote: () => ({ promoted: true, reasons: [], revision: 4 }),
    rollback: (args) => {
      withdrawn = args ?? null;
      return { revision: 5 };
    },
  };
  const health = { maxErrorRatio: 0.01, maxP99Ms: 100, readyTimeoutMs: 1 };
  const config: DeployConfig = {
    endpoint: 'flights',
    model: 'flight-delay',
    rollout: {
      strategy: 'canary',
      weights: [10, 100],
      bakeMs: 60_000,
      health,
      ...(onInconclusive === undefined ? {} : { onInconclusive }),
    },
  };
  const host: Partial<StageHost> = {
    config,
    inputs: { evaluation: { decision: 'blessed', reasons: [] } },
    workflowId: 'run',
    describe: () => undefined,
    call: (operation, args) => Promise.resolve(answers[operation]?.(args) ?? null),
    sleep: () => {
      bakes += 1;
      return Promise.resolve();
    },
    shielded: (work) => work(),
  };
  return { result: await deployStage(host as StageHost), bakes, withdrawn };
}

describe('a bake that proves nothing', () => {
  it.each([undefined, 'continue' as const])('is passed with a remark by %s', async (onInconclusive) => {
    const { result, bakes } = await deploy(onInconclusive, 2);
    expect(bakes).toBe(2);
    expect(result).toMatchObject({ outcome: 'promoted', reasons: [`at 10 per cent: ${DOUBT}`, `at 100 per cent: ${DOUBT}`] });
  });

  it('ends the roll-out with rollBack', async () => {
    const { result, bakes, withdrawn } = await deploy('rollBack', 1);
    expect(bakes).toBe(1);
    expect(result).toMatchObject({ outcome: 'rolled-back', reasons: [`at 10 per cent: ${DOUBT}`], revision: 5 });
    expect(withdrawn).toMatchObject({ version: 2, outcome: 'rolled-back' });
  });

  it('is repeated at the same weight with wait, until it proves something', async () => {
    const { result, bakes } = await deploy('wait', 3);
    expect(bakes).toBe(5);
    expect(result).toMatchObject({ outcome: 'promoted', reasons: [] });
  });

  it('ends the roll-out with wait when thirteen bakes at one weight have proved nothing', async () => {
    const { result, bakes } = await deploy('wait', Infinity);
    expect(bakes).toBe(13);
    expect(result).toMatchObject({ outcome: 'rolled-back', reasons: [`at 10 per cent: ${DOUBT}`] });
  });
});

import type { JsonValue } from '../src/contracts/json.js';
import type { DeployConfig, DeployResult, EvaluateResult } from '../src/contracts/stages.js';
import type { StageHost, StageWorkflow } from './stage-host.js';

type Registered = { readonly version: number; readonly revision: number };
type Opened = { readonly revision: number; readonly champion: number | null; readonly alreadyChampion: boolean };
type Readiness = { readonly ready: boolean; readonly reasons: readonly string[] };
type Shifted = { readonly revision: number };
type Health = { readonly healthy: boolean; readonly reasons: readonly string[]; readonly requests: number };
type Promoted = { readonly promoted: boolean; readonly reasons: readonly string[]; readonly revision: number };

/** Why the candidate is withdrawn, or null when it was promoted. */
type RolloutEnd = { readonly reasons: readonly string[] | null; readonly revision: number };

async function call<T>(
  host: StageHost,
  operation: string,
  input: { readonly [name: string]: JsonValue },
  occurrence = 0,
): Promise<T> {
  return (await host.call(operation, input, { occurrence })) as T;
}

/** Canary: ready first, then ever more traffic with a look at the health after each bake, then the aliases. */
async function rollOut(host: StageHost, config: DeployConfig, version: number, opened: Opened): Promise<RolloutEnd> {
  const { weights, bakeMs } = config.rollout;
  host.describe(`replicas of ${config.endpoint} to load version ${version}`);
  const { ready, reasons } = await call<Readiness>(host, 'waitReady', { version, revision: opened.revision });
  if (!ready) return { reasons, revision: opened.revision };
  for (const [position, weight] of weights.entries()) {
    const { revision } = await call<Shifted>(host, 'shift', { version, weight }, position);
    host.describe(`bake of version ${version} at ${weight} per cent of the traffic`);
    await host.sleep(bakeMs);
    const health = await call<Health>(host, 'health', { version, revision }, position);
    if (!health.healthy) return { reasons: health.reasons.map((reason) => `at ${weight} per cent: ${reason}`), revision };
  }
  host.describe(null);
  const promoted = await call<Promoted>(host, 'promote', { version, champion: opened.champion });
  return { reasons: promoted.promoted ? null : promoted.reasons, revision: promoted.revision };
}

/**
 * Registers the model version whatever was decided about it; a blessed one is rolled out step by step. A candidate that does not load, is
 * unhealthy or loses a race ends as `rolled-back` with the reasons; anything else that goes wrong, cancellation too, also takes the
 * candidate out of the endpoint before the failure goes on.
 */
export const deployStage: StageWorkflow = async (host) => {
  const config = host.config as DeployConfig;
  const { evaluation } = host.inputs as { readonly evaluation: EvaluateResult };
  const { endpoint, model } = config;
  const { version, revision } = await call<Registered>(host, 'register', {});
  const result = (outcome: DeployResult['outcome'], reasons: readonly string[], at: number): DeployResult => ({
    endpoint,
    model,
    version,
    outcome,
    reasons,
    revision: at,
  });
  if (evaluation.decision !== 'blessed') return result('rejected', evaluation.reasons, revision);

  const rollBack = (champion: number | null, reasons: readonly string[]): Promise<Shifted> =>
    host.shielded(() => call<Shifted>(host, 'rollback', { version, champion, reasons }));
  let champion: number | null = null;
  let end: RolloutEnd;
  try {
    const opened = await call<Opened>(host, 'open', { version });
    if (opened.alreadyChampion) return result('promoted', ['this version is the champion already'], opened.revision);
    champion = opened.champion;
    end = await rollOut(host, config, version, opened);
  } catch (error) {
    await rollBack(champion, ['the rollout could not be carried through']);
    throw error;
  }
  host.describe(null);
  if (end.reasons === null) return result('promoted', [], end.revision);
  const withdrawn = await rollBack(champion, end.reasons);
  return result('rolled-back', end.reasons, withdrawn.revision);
};

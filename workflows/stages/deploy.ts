import type { JsonValue } from '../../src/contracts/json.js';
import { holdsStored, isStored, storedPart } from '../../src/contracts/store/stored-value.js';
import type { DeployConfig, DeployOperations, DeployResult, Superseded, Withdrawal } from '../../src/contracts/stages/deploy.js';
import type { EvaluateResult } from '../../src/contracts/stages/evaluate.js';
import { type OperationCalls, operationsOf } from './operation-calls.js';
import type { CallOptions, StageHost, StageWorkflow } from './stage-host.js';

type RolloutEnd =
  | { readonly end: 'promoted'; readonly revision: number; readonly reasons: readonly string[] }
  | { readonly end: 'unhealthy'; readonly reasons: readonly string[] }
  | { readonly end: 'superseded'; readonly superseded: Superseded };

/** Bakes at one weight that were inconclusive, before the candidate is taken out although it should `wait`. */
const MAX_BAKES = 13;

/** Roll-outs of one candidate, each after an evaluation against the champion of then. */
const MAX_ROLLOUTS = 3;

/** One roll-out of a candidate, by an evaluation; `attempt` counts from 0. */
type Attempt = { readonly version: number; readonly evaluation: EvaluateResult; readonly attempt: number };

/** Which of several calls of one operation it is; `repeat` counts the bakes at one weight. */
const nth = (occurrence: number, repeat = 0): CallOptions => ({
  occurrence,
  ...(repeat === 0 ? {} : { part: `${occurrence}.${repeat}` }),
});

/** An answer goes on a turn of the microtask queue later than the host gives it, as in all open runs: the order of their commands depends on it. */
const callsOf = (host: StageHost): OperationCalls<DeployOperations> =>
  operationsOf<DeployOperations>({ call: async (...operation) => await host.call(...operation) });

/** Without a champion the candidate bakes at the last weight alone. */
function bakeMsAt({ weights, bakeMs, bakesMs = [] }: DeployConfig['rollout'], weight: number): number {
  return bakesMs[weights.indexOf(weight)] ?? bakeMs;
}

/** Ready first, then ever more traffic with a look at the health after each bake, then the aliases. */
async function rollOut(host: StageHost, config: DeployConfig, { version, evaluation, attempt }: Attempt): Promise<RolloutEnd> {
  const operations = callsOf(host);
  const { onInconclusive = 'continue' } = config.rollout;
  // The first attempt goes by the evaluation that the step was given.
  const basis = attempt === 0 ? {} : { evaluation };
  const opened = await operations.open({ version, ...basis }, nth(attempt));
  if (opened.superseded !== undefined) return { end: 'superseded', superseded: opened.superseded };
  if (opened.alreadyChampion)
    return { end: 'promoted', revision: opened.revision, reasons: ['this version is the champion already'] };
  host.describe(`replicas of ${config.endpoint} to load version ${version}`);
  const { ready, reasons } = await operations.waitReady({ version, revision: opened.revision }, nth(attempt));
  if (!ready) return { end: 'unhealthy', reasons };
  const weights = opened.weights ?? config.rollout.weights;
  const remarks: string[] = [];
  for (const [position, weight] of weights.entries()) {
    const occurrence = attempt * config.rollout.weights.length + position;
    const { revision, superseded, start = [] } = await operations.shift({ version, weight }, nth(occurrence));
    if (superseded !== undefined) return { end: 'superseded', superseded };
    const at = (reason: string): string => `at ${weight} per cent: ${reason}`;
    for (let bake = 0; ; bake += 1) {
      host.describe(`bake of version ${version} at ${weight} per cent of the traffic`);
      await host.sleep(bakeMsAt(config.rollout, weight));
      const since = { version, revision, champion: opened.champion, start };
      const health = await operations.health(since, nth(occurrence, bake));
      if (!health.healthy) return { end: 'unhealthy', reasons: health.reasons.map(at) };
      if (health.inconclusive === undefined) break;
      const doubt = at(health.inconclusive);
      if (onInconclusive === 'rollBack' || bake + 1 === MAX_BAKES) return { end: 'unhealthy', reasons: [doubt] };
      if (onInconclusive === 'continue') {
        remarks.push(doubt);
        break;
      }
    }
  }
  host.describe(null);
  const promoted = await operations.promote({ version, champion: opened.champion, ...basis }, nth(attempt));
  if (promoted.promoted) return { end: 'promoted', revision: promoted.revision, reasons: remarks };
  return promoted.superseded === undefined
    ? { end: 'unhealthy', reasons: promoted.reasons }
    : { end: 'superseded', superseded: promoted.superseded };
}

/** The evaluation, or that part of it by which is decided here, lies in the store. */
const isAway = (evaluation: EvaluateResult): boolean =>
  isStored(evaluation) || holdsStored([evaluation.decision, evaluation.reasons]);

/** The parts of a stored evaluation that decide here. */
async function verdictOf(host: StageHost, evaluation: EvaluateResult): Promise<Pick<EvaluateResult, 'decision' | 'reasons'>> {
  const part = (field: 'decision' | 'reasons'): JsonValue =>
    isStored(evaluation) ? storedPart(evaluation, field) : evaluation[field];
  return (await host.whole({ decision: part('decision'), reasons: part('reasons') })) as Pick<
    EvaluateResult,
    'decision' | 'reasons'
  >;
}

/**
 * Registers the model version whatever was decided about it; a blessed one is rolled out step by step. The champion that the evaluation was
 * compared with is the only one that it may replace: when another one stands, the candidate is evaluated again against that one and rolled
 * out again, a few times at most. A candidate that does not load or is unhealthy ends as `rolled-back`, one that cannot be evaluated again or
 * whose place another roll-out took as `superseded`, each with the reasons; anything else that goes wrong, cancellation too, also takes the
 * candidate out of the endpoint before the failure goes on.
 */
export const deployStage: StageWorkflow = async (host) => {
  const config = host.config as DeployConfig;
  const operations = callsOf(host);
  let { evaluation } = host.inputs as { readonly evaluation: EvaluateResult };
  // Nothing is awaited that need not be: the order of commands in open runs depends on it.
  if (isAway(evaluation)) evaluation = { ...evaluation, ...(await verdictOf(host, evaluation)) };
  const { endpoint, model } = config;
  const { version, revision: registeredAt } = await operations.register({}, nth(0));
  const result = (outcome: DeployResult['outcome'], reasons: readonly string[], revision: number): DeployResult => {
    host.describe(null);
    return { endpoint, model, version, outcome, reasons, revision };
  };
  if (evaluation.decision !== 'blessed') return result('rejected', evaluation.reasons, registeredAt);

  let withdrawals = 0;
  const takeOut = (outcome: Withdrawal, reasons: readonly string[]): Promise<{ readonly revision: number }> => {
    const occurrence = withdrawals;
    withdrawals += 1;
    return host.shielded(() => operations.rollback({ version, reasons, outcome }, nth(occurrence)));
  };
  const carriedThrough = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      await takeOut('rolled-back', ['the rollout could not be carried through']);
      throw error;
    }
  };
  const giveUp = async (outcome: Exclude<Withdrawal, 'again'>, reasons: readonly string[]): Promise<DeployResult> =>
    result(outcome, reasons, (await takeOut(outcome, reasons)).revision);

  for (let attempt = 0; ; attempt += 1) {
    const current: Attempt = { version, evaluation, attempt };
    const end = await carriedThrough(() => rollOut(host, config, current));
    if (end.end === 'promoted') return result('promoted', end.reasons, end.revision);
    if (end.end === 'unhealthy') return giveUp('rolled-back', end.reasons);
    const { by, reasons } = end.superseded;
    if (by === 'rollout' || attempt + 1 === MAX_ROLLOUTS) return giveUp('superseded', reasons);
    await takeOut('again', reasons);
    host.describe(`version ${version} to be evaluated against the champion of now`);
    const again = await carriedThrough(async () => {
      const judged = await operations.reevaluate({}, nth(attempt));
      return judged !== null && isAway(judged) ? { ...judged, ...(await verdictOf(host, judged)) } : judged;
    });
    if (again === null) return giveUp('superseded', [...reasons, 'what it was evaluated on is gone']);
    if (again.decision !== 'blessed') return giveUp('rejected', [...reasons, ...again.reasons]);
    evaluation = again;
  }
};

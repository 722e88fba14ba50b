import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type { ResolvedPlan } from '../../src/contracts/run.js';
import { stepSurroundings } from '../steps/step-surroundings.js';
import { RunDriver, type RunSurroundings } from '../run/run-driver.js';
import { applicationFailure } from '../temporal/temporal-failure.js';
import type { CallBoard } from './call-board.js';

export type OwnCall = {
  readonly resolved: ResolvedPlan;
  readonly step: PlanStep;
  readonly inputs: JsonObject;
  readonly parameters: JsonObject;
};

/** Carries out one step as a plan of that step alone: the same driver as a run of the pipeline, so approvals, `block` and cancelling are the same. */
export async function runCall(board: CallBoard, call: OwnCall): Promise<JsonValue> {
  const { parameters } = call;
  const { plan } = call.resolved;
  const step = alone(call.step);
  const instance = board.nextInstance(step.id);
  const label = `${step.id}${instance}`;
  const shield = new CancellationScope({ cancellable: false });
  // The code of a hand-written workflow reads results itself: they come whole.
  const { placement } = call.resolved;
  const whole: ResolvedPlan = { plan, parameters, ...(placement === undefined ? {} : { placement }) };
  const surroundings = stepSurroundings(whole, shield);
  const own: RunSurroundings = {
    ...surroundings,
    runStep: (started) => surroundings.runStep({ ...started, ...(started.step === step ? { inputs: call.inputs } : {}) }),
    decided: (name, decision) => {
      board.decisions.add(name, decision);
    },
    changed: () => {
      board.changed();
    },
  };
  const driver = new RunDriver({ ...plan, steps: [step] }, parameters, own, { instance, outer: (id) => board.results.get(id) });
  board.add(label, step, driver);
  CancellationScope.current().cancelRequested.catch(() => {
    driver.cancel();
  });
  const verdict = await shield.run(() => driver.run());
  if (verdict === 'cancelled') throw new CancelledFailure(`step "${label}" was cancelled`);
  const result = driver.result()?.results[step.id];
  if (result === undefined) throw callFailure(label, driver);
  board.results.set(step.id, result);
  return result;
}

/** What ties a step to the others of its pipeline: order and conditions are the caller's. */
const TIES = new Set<string>(['when', 'finally', 'join'] satisfies (keyof PlanStep)[]);

function alone(step: PlanStep): PlanStep {
  const free = Object.fromEntries(Object.entries(step).filter(([field]) => !TIES.has(field))) as PlanStep;
  return { ...free, needs: [], inputs: {} };
}

function callFailure(label: string, driver: RunDriver): Error {
  const [state] = driver.status().steps;
  const failure = state?.failure ?? {
    code: 'EXECUTION_STEP_CANCELLED',
    message: `"${label}" was skipped by a person`,
    details: null,
  };
  return applicationFailure({ ...failure, message: `step "${label}" failed: ${failure.message}` });
}

import type { PlanStep, StepKind } from '../../src/contracts/plan.js';
import { callStage } from './call.js';
import { commandStage } from './command.js';
import { deployStage } from './deploy.js';
import { evaluateStage } from './evaluate.js';
import { featureStage } from './feature.js';
import { ingestStage } from './ingest.js';
import { loopStage } from './loop.js';
import { mapStage } from './map/map.js';
import { monitorStage } from './monitor.js';
import { retrainStage } from './retrain.js';
import type { StageWorkflow } from './stage-host.js';
import { trainStage } from './train.js';
import { validateStage } from './validate.js';

/** Kinds without order and policy of their own. */
type DrivenKind = 'gate' | 'join';

/** Order and policy of each kind of step. An approval is not run: the driver waits for its answer. */
export const STAGES: { readonly [Kind in Exclude<StepKind, DrivenKind>]: StageWorkflow } = {
  ingest: ingestStage,
  validate: validateStage,
  feature: featureStage,
  train: trainStage,
  evaluate: evaluateStage,
  deploy: deployStage,
  monitor: monitorStage,
  retrain: retrainStage,
  call: callStage,
  loop: loopStage,
  command: commandStage,
  map: mapStage,
  step: (host) => host.call('step'),
};

/** The order-and-policy code for a step. */
export function stageOfStep({ kind, double }: Pick<PlanStep, 'kind' | 'double'>): StageWorkflow {
  return double === true ? (host) => host.call(kind) : stageOf(kind);
}

/** The order-and-policy code for a step of this kind. */
function stageOf(kind: StepKind): StageWorkflow {
  return kind in STAGES ? STAGES[kind as keyof typeof STAGES] : () => Promise.reject(new Error(`a ${kind} has no stage`));
}

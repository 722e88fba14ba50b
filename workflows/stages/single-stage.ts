import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { JsonValue } from '../../src/contracts/json.js';
import type { StageKind } from '../../src/contracts/plan.js';
import type { StageStart, SystemActivities } from '../../src/contracts/system.js';
import { resolveConfig } from '../../src/pipeline/interpreter/resolve-config.js';
import { createActivityHost } from '../steps/activity-host.js';
import { localActivities } from '../temporal/local-activities.js';
import { stageOfStep } from './stages.js';
import { coded } from '../temporal/temporal-failure.js';

const { resolveStage } = localActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** One stage of a pipeline as a workflow of its own. Fails with the code of the stage's failure. */
function singleStage(kind: StageKind): (input: StageStart) => Promise<JsonValue> {
  return (input) =>
    coded(async () => {
      const { plan, parameters, step, inputs, placement } = await resolveStage({ ...input, kind });
      const { workflowId, runId } = workflowInfo();
      const host = createActivityHost({
        run: { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId },
        step,
        instance: '',
        round: 0,
        ownerRound: 0,
        config: resolveConfig(step.config, parameters),
        inputs,
        parameters,
        ...(placement === undefined ? {} : { placement }),
        describe: (waitingFor) => {
          setCurrentDetails(waitingFor ?? '');
        },
        count: () => undefined,
        called: () => undefined,
        record: () => undefined,
        outer: () => undefined,
        facts: () => undefined,
        openBody: () => {
          throw new Error(`a ${kind} has no body`);
        },
      });
      return stageOfStep(step)(host);
    });
}

export const ingestData = singleStage('ingest');
export const validateData = singleStage('validate');
export const buildFeatures = singleStage('feature');
export const trainModel = singleStage('train');
export const evaluateModel = singleStage('evaluate');
export const deployModel = singleStage('deploy');
export const monitorModel = singleStage('monitor');
export const retrainModel = singleStage('retrain');

import type { EvaluateConfig, EvaluateOperations } from '../../src/contracts/stages/evaluate.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/**
 * Infra check first: a model that cannot be served is rejected without being scored. What the gate blesses is fitted again on all rows, where
 * the step asks for that.
 */
export const evaluateStage: StageWorkflow = async (host) => {
  const operations = operationsOf<EvaluateOperations>(host);
  const blessing = await operations.bless({});
  const evaluation = await operations.evaluate({ blessing });
  const { refit } = host.config as EvaluateConfig;
  if (refit === undefined || evaluation.decision !== 'blessed') return evaluation;
  return operations.refit({ evaluation });
};

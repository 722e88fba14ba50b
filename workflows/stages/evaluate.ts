import type { EvaluateConfig, EvaluateResult } from '../../src/contracts/stages/evaluate.js';
import type { StageWorkflow } from './stage-host.js';

/**
 * Infra check first: a model that cannot be served is rejected without being scored. What the gate blesses is fitted anew on all rows, where
 * the step asks for that.
 */
export const evaluateStage: StageWorkflow = async (host) => {
  const blessing = await host.call('bless');
  const evaluation = await host.call('evaluate', { blessing });
  const { refit } = host.config as EvaluateConfig;
  if (refit === undefined || (evaluation as EvaluateResult).decision !== 'blessed') return evaluation;
  return host.call('refit', { evaluation });
};

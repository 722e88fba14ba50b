import type { StageWorkflow } from './stage-host.js';

/** Infra check first: a model that cannot be served is rejected without being scored. */
export const evaluateStage: StageWorkflow = async (host) => {
  const blessing = await host.call('bless');
  return host.call('evaluate', { blessing });
};

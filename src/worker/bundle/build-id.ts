import type { WorkflowBundle } from '@temporalio/worker';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { sha256Hex } from '../../store/hash.js';

/** The same for the same workflow code and the same plans: what a worker carries out. */
export function buildIdOf(bundle: WorkflowBundle, pipelines: readonly Pipeline[]): string {
  const plans = pipelines.map(({ plan }) => plan.hash).sort();
  const [code = ''] = bundle.code.split('\n//# sourceMappingURL=');
  return sha256Hex([code, ...plans].join('\n')).slice(0, 16);
}

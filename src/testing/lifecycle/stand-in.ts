import type { Plan, PlanStep } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { planHash } from '../../pipeline/plan/plan-hash.js';
import type { Pipeline, StepFunction } from '../../pipeline/pipeline.js';
import type { OnRetrain } from './life-windows.js';

const STEP = {
  inputs: {},
  resources: {},
  retry: { maximumAttempts: 1, initialIntervalMs: 1_000, backoffCoefficient: 1, maximumIntervalMs: 1_000 },
  timeoutMs: 600_000,
  heartbeatTimeoutMs: 600_000,
  onFailure: 'fail',
} as const satisfies Partial<PlanStep>;

/**
 * A pipeline of the same name and parameters, whose runs last as long as told on the server's clock and then end as `onRetrain` says: a
 * approval that approves itself, and a deployment that only reports.
 */
export function standIn(pipeline: Pipeline, onRetrain: OnRetrain, retrainMs: number): Pipeline {
  const { formatVersion, parameters } = pipeline.plan;
  const steps: readonly PlanStep[] = [
    {
      ...STEP,
      id: 'work',
      kind: 'gate',
      needs: [],
      config: { message: 'the retrain is under way', expiresMs: retrainMs, onExpiry: 'approve' },
    },
    { ...STEP, id: 'end', kind: 'deploy', needs: ['work'], config: {}, double: true },
  ];
  const content: Omit<Plan, 'hash'> = { formatVersion, pipeline: pipeline.name, parameters, steps };
  const end: StepFunction = async (_inputs, context) => {
    const n = Number(/retrain-(\d+)$/.exec(context.run.workflowId)?.[1]);
    const outcome = await onRetrain(n, context.parameters);
    if (outcome === 'failed') throw failed(n);
    return { outcome };
  };
  return { name: pipeline.name, plan: { ...content, hash: planHash(content) }, functions: new Map([['end', end]]) };
}

function failed(n: number): PipelineError {
  const what = `retrain ${n} was made to fail`;
  return new PipelineError('TESTING_INJECTED_FAULT', { what, retryable: false, details: { injected: true } });
}

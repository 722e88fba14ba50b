import type { Plan, PlanStep } from '../contracts/plan.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { DraftStep, PipelineDraft } from './draft.js';
import type { PipelineIssue } from './issues.js';
import { lintPipeline } from './lint.js';
import { planHash } from './plan-hash.js';
import type { RunPolicyFields } from './run-policy.js';
import { findCycle, topologicalOrder } from './topological-order.js';

/**
 * Lints a draft and freezes it into a plan.
 * @param whole - what is said of the pipeline as a whole.
 * @throws PipelineError `AUTHORING_INVALID_PIPELINE` with every problem in `details.issues`.
 */
export function compilePipeline(draft: PipelineDraft, whole: RunPolicyFields & Pick<Plan, 'hooks'> = {}): Plan {
  lintPipeline(draft);
  const { order, cyclic } = topologicalOrder(draft.steps.map((step) => planStep(step, draft)));
  if (cyclic.length > 0) draft.root.report('cycle', `steps wait for each other: ${findCycle(cyclic).join(' -> ')}`);
  if (draft.issues.length > 0) throw invalidPipeline(draft.name, draft.issues);
  const content = { formatVersion: 2, pipeline: draft.name, parameters: draft.parameters, steps: order, ...whole } as const;
  return deepFreeze({ ...content, hash: planHash(content) });
}

function planStep(step: DraftStep, draft: PipelineDraft): PlanStep {
  const inputs = Object.entries(step.inputs);
  const after = step.after.map((reference, index) => draft.find(reference, step.read.at(`after.${index}`)));
  const needs = [...inputs.map(([, input]) => input.step), ...after.filter((other) => other !== null), ...step.follows];
  return {
    id: step.id,
    kind: step.kind,
    ...step.common,
    needs: [...new Set(needs.map((need) => need.id))],
    inputs: Object.fromEntries(
      inputs.map(([name, { step: from, path }]) => [name, { step: from.id, ...(path === undefined ? {} : { path }) }]),
    ),
    config: step.config,
  };
}

function invalidPipeline(name: string, issues: readonly PipelineIssue[]): PipelineError {
  const lines = issues.map(({ rule, path, message }) => `  - ${path === '' ? '' : `${path}: `}${message} (${rule})`);
  const count = issues.length === 1 ? 'has a problem' : `has ${issues.length} problems`;
  return new PipelineError('AUTHORING_INVALID_PIPELINE', {
    what: `pipeline "${name}" ${count}:\n${lines.join('\n')}`,
    details: { pipeline: name, issues: [...issues] },
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

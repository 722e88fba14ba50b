import type { Plan, PlanBody, PlanStep } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { DraftStep, PipelineDraft } from '../draft/draft.js';
import { bindingOf, type DraftBody, type DraftScope, isPseudo } from '../draft/draft-scope.js';
import { withMapLimits } from '../interpreter/fan-out.js';
import type { PipelineIssue } from '../lint/issues.js';
import { lintPipeline } from '../lint/lint.js';
import { planHash } from './plan-hash.js';
import { checkPlanSize } from './plan-size.js';
import type { RunPolicyFields } from '../run-policy.js';
import { findCycle, topologicalOrder } from './topological-order.js';

/**
 * Lints a draft and freezes it into a plan.
 * @param whole - what is said of the pipeline as a whole.
 * @throws PipelineError `AUTHORING_INVALID_PIPELINE` with every problem in `details.issues`; `AUTHORING_PLAN_TOO_LARGE`.
 */
export function compilePipeline(draft: PipelineDraft, whole: RunPolicyFields & Pick<Plan, 'hooks' | 'result'> = {}): Plan {
  draft.addThoseInOrder();
  lintPipeline(draft);
  const { steps: compiled } = compileScope(draft.scope, draft);
  const steps = withMapLimits(compiled);
  if (draft.issues.length > 0) throw invalidPipeline(draft.name, draft.issues);
  checkPlanSize(draft.name, steps);
  const content = { formatVersion: 2, pipeline: draft.name, parameters: draft.parameters, steps, ...whole } as const;
  return deepFreeze({ ...content, hash: planHash(content) });
}

type CompiledScope = {
  readonly steps: readonly PlanStep[];
  /** What its steps need from outside of it. */
  readonly outside: readonly DraftStep[];
};

/** The steps of a scope in order, those that clean up last. A need from outside of a body becomes one of the step around the body. */
function compileScope(scope: DraftScope, draft: PipelineDraft): CompiledScope {
  const compiled = scope.steps.map((step) => compileStep(step, draft));
  const { order, cyclic } = topologicalOrder(compiled.map(({ step }) => step));
  if (cyclic.length > 0) draft.root.report('cycle', `steps wait for each other: ${findCycle(cyclic).join(' -> ')}`);
  return {
    steps: [...order.filter((step) => step.finally !== true), ...order.filter((step) => step.finally === true)],
    outside: compiled.flatMap(({ outside }) => outside),
  };
}

function compileStep(step: DraftStep, draft: PipelineDraft): { readonly step: PlanStep; readonly outside: readonly DraftStep[] } {
  const after = step.after.map((reference, index) => draft.locate(reference, step.read.at(`after.${index}`), step.scope));
  const guarded = step.guards.flatMap((guard) => guard.reads);
  const used = [...Object.values(step.inputs), ...after.filter((other) => other !== null), ...guarded].map((input) => input.step);
  const body = step.body === null ? null : compileBody(step.body, draft);
  const sources = [...used.filter((source): source is DraftStep => !isPseudo(source)), ...step.follows, ...(body?.outside ?? [])];
  const inside = sources.filter((source) => source.scope === step.scope);
  const { guards } = step;
  return {
    outside: sources.filter((source) => source.scope !== step.scope),
    step: {
      id: step.id,
      kind: step.kind,
      ...step.common,
      needs: [...new Set(inside.map((need) => need.id))],
      inputs: Object.fromEntries(Object.entries(step.inputs).map(([name, input]) => [name, bindingOf(input)])),
      config: step.config,
      ...(guards.length === 0 ? {} : { when: guards.map(({ condition, is }) => ({ condition, is })) }),
      ...step.fields,
      ...(body === null ? {} : { body: body.body }),
    },
  };
}

function compileBody(
  { scope, result }: DraftBody,
  draft: PipelineDraft,
): { readonly body: PlanBody; readonly outside: readonly DraftStep[] } {
  const { steps, outside } = compileScope(scope, draft);
  const source = result === null || isPseudo(result.step) || result.step.scope === scope ? [] : [result.step];
  return { body: { steps, result: result === null ? null : bindingOf(result) }, outside: [...outside, ...source] };
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

import type { Plan, PlanStep } from '../../contracts/plan.js';
import { type ExternalKind, externalKinds } from '../../kinds/external-kinds.js';
import { everyStep } from './every-step.js';

/**
 * Steps that call the transforms and the trainer of the steps before them: to write the graph, to fit again on all rows, to judge again. A join
 * passes them on.
 */
const CALL_THOSE_BEFORE: ReadonlySet<PlanStep['kind']> = new Set(['train', 'evaluate', 'deploy', 'join']);

type StepKinds = ReadonlyMap<string, readonly ExternalKind[]>;

const known = new WeakMap<Plan, StepKinds>();

/** The kinds that are not built in and whose code a step calls, by the id of the step; steps that call none are left out. */
export function stepKinds(plan: Plan): StepKinds {
  const found = known.get(plan) ?? readKinds(everyStep(plan.steps));
  known.set(plan, found);
  return found;
}

function readKinds(steps: readonly PlanStep[]): StepKinds {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const called = new Map<string, readonly ExternalKind[]>();
  const kindsOf = (step: PlanStep): readonly ExternalKind[] => {
    const before = called.get(step.id);
    if (before !== undefined) return before;
    const needed = CALL_THOSE_BEFORE.has(step.kind) ? step.needs.flatMap((id) => byId.get(id) ?? []) : [];
    const kinds = [...externalKinds(step.config), ...needed.flatMap(kindsOf)];
    const unlike = [...new Map(kinds.map((kind) => [`${kind.member} ${kind.name}`, kind])).values()];
    called.set(step.id, unlike);
    return unlike;
  };
  return new Map(steps.map((step) => [step.id, kindsOf(step)] as const).filter(([, kinds]) => kinds.length > 0));
}

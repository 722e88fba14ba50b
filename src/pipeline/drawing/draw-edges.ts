import type { PlanStep } from '../../contracts/plan.js';
import { resultsRead } from '../interpreter/evaluate-condition.js';

/** `feeds`: a result goes from one step to the other. `decides`: it is only looked at by a condition. `orders`: only first the one. */
export type Edge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'feeds' | 'decides' | 'orders';
  readonly label: string;
};

/** The edges into a step, from the steps beside it. */
export function edgesInto(step: PlanStep): readonly Edge[] {
  const read = new Set((step.when ?? []).flatMap(({ condition }) => resultsRead(condition)));
  return step.needs.map((from) => {
    const fed = Object.entries(step.inputs).flatMap(([input, binding]) => (binding.step === from ? [input] : []));
    const kind = fed.length > 0 ? 'feeds' : read.has(from) ? 'decides' : 'orders';
    return { from, to: step.id, kind, label: kind === 'decides' ? 'when' : fed.join(', ') };
  });
}

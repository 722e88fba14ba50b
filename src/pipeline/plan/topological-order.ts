/** A step and the ids of the steps that must finish before it. */
export interface Dependent {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * Orders steps so that each comes after its needs; among those that could come next, the one declared first does.
 * @param steps - ids are distinct; needs that name no step are ignored.
 * @returns `cyclic`: the steps that lie on a cycle or behind one, in declared order; empty when the order is whole.
 */
export function topologicalOrder<Step extends Dependent>(
  steps: readonly Step[],
): { readonly order: readonly Step[]; readonly cyclic: readonly Step[] } {
  const ids = new Set(steps.map((step) => step.id));
  const waiting = new Map(steps.map((step) => [step.id, step]));
  const order: Step[] = [];
  const isReady = (step: Step): boolean => step.needs.every((need) => !ids.has(need) || !waiting.has(need));
  for (let next = steps.find(isReady); next !== undefined; next = [...waiting.values()].find(isReady)) {
    waiting.delete(next.id);
    order.push(next);
  }
  return { order, cyclic: [...waiting.values()] };
}

/** One cycle among steps that all lie on or behind a cycle, as ids from a step back to itself. */
export function findCycle(steps: readonly Dependent[]): readonly string[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const path: string[] = [];
  for (let at = steps[0]; at !== undefined; at = at.needs.map((need) => byId.get(need)).find((step) => step !== undefined)) {
    const seen = path.indexOf(at.id);
    if (seen >= 0) return [...path.slice(seen), at.id].reverse();
    path.push(at.id);
  }
  return path;
}

import type { Dependent } from '../plan/topological-order.js';

/** One line of a rail drawing: a step's mark among the rails that pass, such as `├─●` or `●─╯`. */
export interface RailLine {
  readonly id: string;
  /** Rails left of and around the mark; `mark` is where the step's own character goes. */
  readonly cells: readonly string[];
  readonly mark: number;
  /** Rails that go on below the step, to be drawn under it. */
  readonly below: readonly boolean[];
}

/**
 * Lays a graph out as `git log --graph` does: one line a step, one rail for each step that others still wait for.
 * Orders that follow from others are not drawn.
 * @param steps - in topological order.
 */
export function layRails(steps: readonly Dependent[]): readonly RailLine[] {
  const parents = directParents(steps);
  const waiting = new Map(steps.map((step) => [step.id, 0]));
  for (const needs of parents.values()) for (const need of needs) waiting.set(need, (waiting.get(need) ?? 0) + 1);
  const rails: (string | null)[] = [];
  return steps.map(({ id }) => {
    const joined = (parents.get(id) ?? []).map((need) => {
      const left = (waiting.get(need) ?? 1) - 1;
      waiting.set(need, left);
      return { rail: rails.indexOf(need), ends: left === 0 };
    });
    const ended = joined.filter((parent) => parent.ends).map((parent) => parent.rail);
    const free = rails.indexOf(null);
    const mark = ended.length > 0 ? Math.min(...ended) : free >= 0 ? free : rails.length;
    const before = rails.map((rail) => rail !== null);
    for (const rail of ended) rails[rail] = null;
    rails[mark] = (waiting.get(id) ?? 0) > 0 ? id : null;
    while (rails.length > 0 && rails.at(-1) === null) rails.pop();
    return { id, mark, cells: cellsOf(before, joined, mark), below: rails.map((rail) => rail !== null) };
  });
}

function cellsOf(
  before: readonly boolean[],
  joined: readonly { readonly rail: number; readonly ends: boolean }[],
  mark: number,
): readonly string[] {
  const touched = [mark, ...joined.map((parent) => parent.rail)];
  const left = Math.min(...touched);
  const right = Math.max(...touched);
  const width = Math.max(before.length, mark + 1);
  return Array.from({ length: width }, (_, rail) => {
    const inside = rail >= left && rail < right;
    const line = inside ? '─' : ' ';
    const parent = joined.find((other) => other.rail === rail);
    if (rail === mark) return `*${line}`;
    if (parent !== undefined) return (parent.ends ? (rail > mark ? '╯' : '╰') : rail > mark ? '┤' : '├') + line;
    if (rail > left && rail < right) return before[rail] === true ? '┼─' : '──';
    return before[rail] === true ? '│ ' : '  ';
  });
}

/** The needs of each step that do not follow from another of its needs. */
function directParents(steps: readonly Dependent[]): ReadonlyMap<string, readonly string[]> {
  const ancestors = new Map<string, ReadonlySet<string>>();
  const parents = new Map<string, readonly string[]>();
  for (const { id, needs } of steps) {
    const indirect = new Set(needs.flatMap((need) => [...(ancestors.get(need) ?? [])]));
    parents.set(
      id,
      needs.filter((need) => !indirect.has(need) && ancestors.has(need)),
    );
    ancestors.set(id, new Set([...needs, ...indirect]));
  }
  return parents;
}

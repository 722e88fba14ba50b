import { isPlainObject } from '../../contracts/json.js';
import { type Kinds, problemsIn } from '../../errors/check-call.js';
import { optionsOf } from '../../errors/kinds.js';
import { someOf } from '../../errors/some-of.js';
import type { Kind } from '../../kinds/kind.js';
import type { KindList } from '../../kinds/kind-list.js';

/** What is wrong with one option of a kind; `to.0` is the first of `to`. */
export interface OptionProblem {
  readonly option: string;
  readonly message: string;
}

type FindProblems = (written: object) => readonly OptionProblem[];

/** Beside the values, not in them: they are what the plan holds. */
const finders = new WeakMap<object, () => readonly OptionProblem[]>();

/** Freezes what a constructor made, and keeps for the linter how its kind finds what is wrong with it. */
export function withProblems<Made extends object>(made: Made, find: () => readonly OptionProblem[]): Made {
  finders.set(made, find);
  return Object.freeze(made);
}

/** By the member that names the kind. */
const readers = new Map<string, FindProblems>();

/** How the linter looks at one of these kinds that a file writes as plain JSON. */
export function checkWritten<K extends Kind>(
  list: KindList<K>,
  parts: {
    /** Members beside the name. */
    readonly members: (kind: K) => Kinds;
    /** What is wrong with members that are right one by one. */
    readonly problems: (kind: K, written: object) => readonly OptionProblem[];
  },
): void {
  const { member } = list;
  readers.set(member, (written) => {
    const find = (name: unknown): K | undefined => (typeof name === 'string' ? list.find(name) : undefined);
    const aName = { expected: `one of ${someOf([...list.names()].sort())}`, holds: (name: unknown) => find(name) !== undefined };
    const name: unknown = isPlainObject(written) ? written[member] : undefined;
    const kind = find(name);
    const [given, members] = kind === undefined ? [{ [member]: name }, {}] : [written, parts.members(kind)];
    const wrong = problemsIn({ given }, { given: optionsOf({ [member]: aName, ...members }) });
    if (kind === undefined || wrong.length > 0)
      return wrong.map(({ option, expected, received }) => ({ option, message: `expected ${expected}, got ${received}` }));
    return parts.problems(kind, written);
  });
}

/** What is wrong with a kind, whether its constructor made it or a file writes it as plain JSON. @param member - that names the kind. */
export const problemsOf = (made: object, member: string): readonly OptionProblem[] =>
  (finders.get(made) ?? (() => readers.get(member)?.(made) ?? []))();

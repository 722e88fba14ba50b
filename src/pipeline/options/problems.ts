/** What is wrong with one option of a kind; `to.0` is the first of `to`. */
export interface OptionProblem {
  readonly option: string;
  readonly message: string;
}

/** Beside the values, not in them: they are what the plan holds. */
const finders = new WeakMap<object, () => readonly OptionProblem[]>();

/** Freezes what a constructor made, and keeps for the linter how its kind finds what is wrong with it. */
export function withProblems<Made extends object>(made: Made, find: () => readonly OptionProblem[]): Made {
  finders.set(made, find);
  return Object.freeze(made);
}

/** None of what a file writes as plain JSON: its kind is asked where it is used. */
export const problemsOf = (made: object): readonly OptionProblem[] => finders.get(made)?.() ?? [];

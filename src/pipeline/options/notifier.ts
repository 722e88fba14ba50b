import type { JsonObject } from '../../contracts/json.js';
import type { NotifierSpec } from '../../contracts/plan/hooks.js';

/** What is wrong with one option of a kind; `to.0` is the first of `to`. */
export interface OptionProblem {
  readonly option: string;
  readonly message: string;
}

type FindProblems = (options: JsonObject) => readonly OptionProblem[];

/** Beside the notifier, not in it: it is what the plan holds. */
const finders = new WeakMap<NotifierSpec, FindProblems>();

/** Freezes a notifier of a pipeline file, and keeps for the linter how its kind finds what is wrong with it. */
export function withProblems(notifier: NotifierSpec, find: FindProblems): NotifierSpec {
  const frozen = Object.freeze(notifier);
  finders.set(frozen, find);
  return frozen;
}

/** None of a notifier that a file writes as plain JSON: its kind is asked where it delivers. */
export function problemsOfNotifier(notifier: NotifierSpec): readonly OptionProblem[] {
  return finders.get(notifier)?.(notifier) ?? [];
}

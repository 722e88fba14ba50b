import { checkCall, type Kinds, type Problem, problemsIn } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Kind } from './kind.js';
import { kindsOf, type StandsFor } from './option-kinds.js';

/** A marker of a parameter or of a secret: its value is known when the run starts. */
export const isOptionMarker: StandsFor = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const [only, ...others] = Object.keys(value);
  return others.length === 0 && (only === '$param' || only === '$secret');
};

/**
 * What `checkCall` asks of the options of a kind, for constructors that take others besides. Parameters and secrets may stand for any option.
 */
export const optionKinds = (kind: Kind): Kinds => kindsOf(kind.options, isOptionMarker);

/**
 * Checks the options of a kind where a pipeline file names it.
 * @param call - the constructor, as a pipeline file writes it: `check.between`.
 * @throws PipelineError `AUTHORING_OPTION_INVALID` with every missing, wrong and unknown option.
 */
export function checkOptions(call: string, kind: Kind, options: unknown): void {
  checkCall(call, { options }, { options: optionsOf(optionKinds(kind)) });
}

const standsForNothing: StandsFor = () => false;
/** As `optionKinds`, of a kind whose options are values only: they are used where the pipeline is defined. */
export const fixedOptionKinds = (kind: Kind): Kinds => kindsOf(kind.options, standsForNothing);

/** What is wrong with the options of a kind as a run has them, its parameters put in: every missing, wrong and unknown one. */
export function runOptionProblems(kind: Kind, options: unknown): readonly Problem[] {
  return problemsIn({ options }, { options: optionsOf(fixedOptionKinds(kind)) });
}

/** As `runOptionProblems`, for those who list the problems of many kinds: `argument \`max\` must be a number, got "many"`. */
export const optionProblems = (kind: Kind, options: unknown): readonly string[] =>
  runOptionProblems(kind, options).map(
    ({ option, expected, received }) => `argument \`${option}\` must be ${expected}, got ${received}`,
  );

/**
 * Checks the options of a kind as a run has them.
 * @throws PipelineError `EXTENSION_OPTIONS_INVALID` with all that `runOptionProblems` finds.
 */
export function checkRunOptions(where: string, kind: Kind, options: unknown): void {
  const problems = runOptionProblems(kind, options);
  if (problems.length === 0) return;
  throw new PipelineError('EXTENSION_OPTIONS_INVALID', {
    what: problems.map(({ option, expected, received }) => `\`${option}\`: expected ${expected}, got ${received}`).join('; '),
    where,
    details: { problems },
  });
}

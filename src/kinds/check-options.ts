import { checkCall, type Kinds } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import type { Kind } from './kind.js';
import { kindsOf, type StandsFor } from './option-kinds.js';

/** A marker of a parameter or of a secret: its value is known when the run starts. */
const isMarker: StandsFor = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const [only, ...others] = Object.keys(value);
  return others.length === 0 && (only === '$param' || only === '$secret');
};

/**
 * What `checkCall` asks of the options of a kind, for constructors that take others besides. Parameters and secrets may stand for any option.
 */
export const optionKinds = (kind: Kind): Kinds => kindsOf(kind.options, isMarker);

/**
 * Checks the options of a kind where a pipeline file names it.
 * @param call - the constructor, as a pipeline file writes it: `check.between`.
 * @throws PipelineError `AUTHORING_OPTION_INVALID` with every missing, wrong and unknown option.
 */
export function checkOptions(call: string, kind: Kind, options: unknown): void {
  checkCall(call, { options }, { options: optionsOf(optionKinds(kind)) });
}

const standsForNothing: StandsFor = () => false;
/** What a run asks of the options of each kind: no marker is left in them. */
const runKinds = new WeakMap<Kind, Kinds>();

/** As `optionKinds`, of a kind whose options are values only: they are used where the pipeline is defined. */
export function fixedOptionKinds(kind: Kind): Kinds {
  const kinds = runKinds.get(kind) ?? kindsOf({ ...kind.options }, standsForNothing);
  runKinds.set(kind, kinds);
  return kinds;
}

function checkResolved(kind: Kind, options: unknown): void {
  checkCall(kind.name, { options }, { options: optionsOf(fixedOptionKinds(kind)) });
}

/** As `checkRunOptions`, for those who list the problems of many kinds: `argument \`max\` must be a number, got "many"`. */
export function optionProblems(kind: Kind, options: unknown): readonly string[] {
  try {
    checkResolved(kind, options);
    return [];
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { problems } = error.parts.details as {
      readonly problems: readonly Record<'option' | 'expected' | 'received', string>[];
    };
    return problems.map(({ option, expected, received }) => `argument \`${option}\` must be ${expected}, got ${received}`);
  }
}

/**
 * Checks the options of a kind as a run has them, its parameters put in.
 * @throws PipelineError `EXTENSION_OPTIONS_INVALID` with every missing, wrong and unknown option.
 */
export function checkRunOptions(where: string, kind: Kind, options: unknown): void {
  try {
    checkResolved(kind, options);
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { what, expected, received, details } = error.parts;
    throw new PipelineError('EXTENSION_OPTIONS_INVALID', {
      what,
      where,
      ...(expected === undefined ? {} : { expected }),
      ...(received === undefined ? {} : { received }),
      ...(details === undefined ? {} : { details }),
    });
  }
}

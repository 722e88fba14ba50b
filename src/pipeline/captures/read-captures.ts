import { types } from 'node:util';
import type { JsonValue } from '../../contracts/json.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import { sha256Hex } from '../../store/hash.js';
import { Incomparable, ValueDescriber } from './describe-value.js';
import { type FreeVariables, freeVariables } from './free-variables.js';
import type { AnyFunction, FunctionScope, ScopeReader } from './scope-reader.js';
import { isTopLevel } from './top-level.js';

/** A value that a function takes from around it and that two runs cannot compare. */
export interface CaptureProblem {
  readonly name: string;
  readonly what: string;
  /** The function that captures it: the step's own, or one that this one captures. */
  readonly by: AnyFunction;
}

/** What a function takes from around it, beside its own text. */
export interface Captures {
  /** By variable the hash of its value; functions in there count by text and captures. */
  readonly hashes: { readonly [name: string]: string };
  readonly problems: readonly CaptureProblem[];
  /** The function itself and those that it captures; each may come from another file. */
  readonly functions: readonly AnyFunction[];
}

/**
 * Reads what a step's function captures. Variables of the functions and blocks around it count by their values. One at the top level of a
 * file counts by the text of the file; where its value is plain it counts too, for it may come from elsewhere, such as another file.
 */
export function readCaptures(run: AnyFunction, reader: ScopeReader): Captures {
  const problems: CaptureProblem[] = [];
  const functions: AnyFunction[] = [];
  const hashes: { [name: string]: string } = {};
  const reading = { reader, problems, functions };
  for (const { name, describe } of capturesOf(run, true, reading)) {
    try {
      const described = describe();
      if (described !== undefined) hashes[name] = sha256Hex(canonicalJson(described));
    } catch (error) {
      if (!(error instanceof Incomparable)) throw error;
      problems.push({ name, what: error.message, by: run });
    }
  }
  return { hashes, problems, functions };
}

type Reading = { readonly reader: ScopeReader; readonly problems: CaptureProblem[]; readonly functions: AnyFunction[] };

/** `describe` throws `Incomparable`, and gives nothing for what counts by the text of its file alone. */
type Capture = { readonly name: string; readonly describe: () => JsonValue | undefined };

function capturesOf(run: AnyFunction, isStep: boolean, reading: Reading): Capture[] {
  const { reader, functions } = reading;
  functions.push(run);
  const bound = types.isProxy(run) ? null : reader.boundParts(run);
  if (bound !== null) {
    return Object.entries(bound).map(([part, value]) => ({
      name: `bind ${part}`,
      describe: () => describerOf(reading).describe(value),
    }));
  }
  const free = types.isProxy(run) ? null : freeVariables(Function.prototype.toString.call(run));
  if (free === null) return nativeCaptures(run);
  const scopes = reader.scopesOf(run);
  const captured = free.names.flatMap((name) => captureOf(name, { run, free, scopes }, reading));
  return readsThis(free, isStep) ? [...captured, refused('this', 'an object that only a run knows')] : captured;
}

const describerOf = (reading: Reading): ValueDescriber =>
  new ValueDescriber((run, describer) => describeFunction(run, describer, reading));

/** What a captured function captures itself is named by its own name in the problems. */
function describeFunction(run: AnyFunction, describer: ValueDescriber, reading: Reading): JsonValue {
  const captures = capturesOf(run, false, reading).map(({ name, describe }): JsonValue => {
    try {
      return [name, describe() ?? null];
    } catch (error) {
      if (!(error instanceof Incomparable)) throw error;
      reading.problems.push({ name, what: error.message, by: run });
      return [name, null];
    }
  });
  return ['function', Function.prototype.toString.call(run), captures, ...describer.membersOf(run)];
}

function captureOf(
  name: string,
  { run, free, scopes }: { run: AnyFunction; free: FreeVariables; scopes: readonly FunctionScope[] },
  reading: Reading,
): Capture[] {
  const index = scopes.findIndex(({ variables }) => Object.hasOwn(variables, name));
  if (index === -1) return name === 'eval' ? [refused(name, 'code that only a run knows')] : [];
  const value = scopes[index]?.variables[name];
  if (isTopLevel(name, index, scopes, run, reading.reader)) return [{ name, describe: () => plainOrNothing(value) }];
  if (free.assigned.has(name)) return [refused(name, 'a variable that the function gives new values to')];
  return [{ name, describe: () => describerOf(reading).describe(value) }];
}

function plainOrNothing(value: unknown): JsonValue | undefined {
  const describer = new ValueDescriber(() => {
    throw new Incomparable('a function');
  });
  try {
    return describer.describe(value);
  } catch (error) {
    if (error instanceof Incomparable) return undefined;
    throw error;
  }
}

/** Part of Node or of an addon: its name says which. One without a name hides what it is. */
function nativeCaptures(run: AnyFunction): Capture[] {
  return !types.isProxy(run) && run.name !== '' ? [] : [refused('the function itself', 'native code without a name')];
}

/** An arrow function has the `this` of what is around it; the function of a step has none that is known. */
const readsThis = ({ usesThis, isArrow }: FreeVariables, isStep: boolean): boolean => usesThis && (isArrow || isStep);

function refused(name: string, what: string): Capture {
  return {
    name,
    describe: () => {
      throw new Incomparable(what);
    },
  };
}

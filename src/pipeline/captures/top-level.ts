import { lexicalNames, varNames } from './declared-names.js';
import { isSyntaxError, parseProgram } from './parse-function.js';
import type { AnyFunction, FunctionScope, ScopeReader } from './scope-reader.js';

/** Names that Node gives to each CommonJS module. */
const COMMON_JS: readonly string[] = ['require', 'exports', 'module', '__filename', '__dirname'];

/**
 * Whether a variable, found in the scope of that index, is declared at the top level of its file. V8 says so of a module; the top level of a
 * CommonJS file is a function to it, so there the text of the script decides.
 */
export function isTopLevel(
  name: string,
  index: number,
  scopes: readonly FunctionScope[],
  run: AnyFunction,
  reader: ScopeReader,
): boolean {
  if (scopes.some(({ kind }) => kind === 'module')) return scopes[index]?.kind === 'module';
  if (scopes.slice(index + 1).some(({ variables }) => Object.hasOwn(variables, name))) return false;
  const place = reader.placeOf(run);
  return place !== null && topLevelNames(reader.scriptOf(place).source).has(name);
}

const known = new Map<string, ReadonlySet<string>>();

function topLevelNames(source: string): ReadonlySet<string> {
  const found = known.get(source) ?? readNames(source);
  known.set(source, found);
  return found;
}

function readNames(source: string): ReadonlySet<string> {
  try {
    const program = parseProgram(source, 'script');
    return new Set([...COMMON_JS, ...lexicalNames(program.body), ...varNames(program)]);
  } catch (error) {
    if (isSyntaxError(error)) return new Set(COMMON_JS);
    throw error;
  }
}

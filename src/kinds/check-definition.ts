import { isPlainObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { optionsSchemaProblem } from './option-kinds.js';

/** What a definition of a door has beside its name and the schema of its options. */
export interface DefinitionParts {
  /** The member that names it; default `name`. */
  readonly name?: string;
  /** Names of functions that must be there. */
  readonly functions: readonly string[];
  /** Names of functions that may be there. */
  readonly optional?: readonly string[];
  /** Names of members that are no functions. The door checks them itself. */
  readonly values?: readonly string[];
}

type Fault = { readonly part: string; readonly expected: string; readonly received: string };

/**
 * Checks what somebody gives to a door: plain JavaScript knows nothing of its types. The list of the door checks the name.
 * @param noun - what messages call one, such as `notifier`.
 * @throws PipelineError `EXTENSION_INVALID` with every function that is missing or none and every member that is not known, and for a schema of
 *   options that cannot be used.
 */
export function checkDefinition(noun: string, definition: unknown, parts: DefinitionParts): void {
  if (!isPlainObject(definition)) throw wrong(noun, [faultOf('the definition', 'an object', definition)]);
  const faults = faultsIn(definition, parts);
  if (faults.length > 0) throw wrong(noun, faults);
  const { options } = definition;
  const problem = options === undefined ? null : optionsSchemaProblem(options);
  if (problem !== null) {
    throw new PipelineError('EXTENSION_INVALID', {
      what: `the JSON Schema of the options of a ${noun} cannot be used: ${problem}`,
      expected: '{ properties: { name: { type, ... } }, required: [...] }',
    });
  }
}

function faultsIn(
  definition: { readonly [part: string]: unknown },
  { name: called = 'name', functions, optional = [], values = [] }: DefinitionParts,
): readonly Fault[] {
  const isFunction = (name: string): boolean => typeof definition[name] === 'function';
  const isThere = (name: string): boolean => definition[name] !== undefined;
  const known = [called, 'options', ...functions, ...optional, ...values];
  return [...functions.filter((name) => !isFunction(name)), ...optional.filter((name) => isThere(name) && !isFunction(name))]
    .map((name) => faultOf(`\`${name}\``, 'a function', definition[name]))
    .concat(
      Object.keys(definition)
        .filter((name) => !known.includes(name) && isThere(name))
        .map((name) => ({ part: `\`${name}\``, expected: `one of ${known.join(', ')}`, received: 'an unknown name' })),
    );
}

const faultOf = (part: string, expected: string, received: unknown): Fault => ({
  part,
  expected,
  received: received === undefined ? 'nothing' : typeof received,
});

function wrong(noun: string, faults: readonly Fault[]): PipelineError {
  const [only, another] = faults;
  if (only === undefined || another !== undefined) {
    const each = faults.map(({ part, expected, received }) => `${part}: expected ${expected}, got ${received}`);
    return new PipelineError('EXTENSION_INVALID', { what: `the definition of a ${noun} is wrong: ${each.join('; ')}` });
  }
  const { part, expected, received } = only;
  return new PipelineError('EXTENSION_INVALID', {
    what: `${part} of a ${noun} is ${received === 'nothing' ? 'missing' : 'wrong'}`,
    expected,
    received,
  });
}

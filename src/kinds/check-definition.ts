import { isPlainObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { optionsSchemaProblem } from './option-kinds.js';

/** What a definition of a door must have beside its name. */
export interface DefinitionParts {
  /** Names of functions that must be there. */
  readonly functions: readonly string[];
  /** Names of functions that may be there. */
  readonly optional?: readonly string[];
}

/**
 * Checks what somebody gives to a door: plain JavaScript knows nothing of its types. The list of the door checks the name.
 * @param noun - what messages call one, such as `notifier`.
 * @throws PipelineError `EXTENSION_INVALID` for a function that is missing or none, and for a schema of options that cannot be used.
 */
export function checkDefinition(noun: string, definition: unknown, { functions, optional = [] }: DefinitionParts): void {
  if (!isPlainObject(definition)) throw wrong(noun, 'the definition', 'an object', definition);
  const given: { readonly [part: string]: unknown } = definition;
  for (const name of functions) {
    if (typeof given[name] !== 'function') throw wrong(noun, `\`${name}\``, 'a function', given[name]);
  }
  for (const name of optional) {
    const part = given[name];
    if (part !== undefined && typeof part !== 'function') throw wrong(noun, `\`${name}\``, 'a function', part);
  }
  const { options } = given;
  const problem = options === undefined ? null : optionsSchemaProblem(options);
  if (problem !== null) {
    throw new PipelineError('EXTENSION_INVALID', {
      what: `the JSON Schema of the options of a ${noun} cannot be used: ${problem}`,
      expected: '{ properties: { name: { type, ... } }, required: [...] }',
    });
  }
}

function wrong(noun: string, part: string, expected: string, received: unknown): PipelineError {
  return new PipelineError('EXTENSION_INVALID', {
    what: `${part} of a ${noun} is ${received === undefined ? 'missing' : 'wrong'}`,
    expected,
    received: received === undefined ? 'nothing' : typeof received,
  });
}

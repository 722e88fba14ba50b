import type { JsonValue } from '../json.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Largest parameters of a run, characters of JSON. */
export const MAX_PARAMETER_CHARACTERS = 256 * 1024;
const NAMED = 3;

/**
 * The parameters themselves, when a run can take them. Pure; safe in workflow code.
 * @throws PipelineError `EXECUTION_PARAMETERS_TOO_LARGE`, naming the largest.
 */
export function checkParameterSize<T extends JsonValue>(parameters: T, where: string): T {
  const sizes = sizesOf(parameters);
  const total = parameterCharacters(parameters);
  if (total <= MAX_PARAMETER_CHARACTERS) return parameters;
  const largest = [...sizes].sort((one, other) => other.size - one.size).slice(0, NAMED);
  throw new PipelineError('EXECUTION_PARAMETERS_TOO_LARGE', {
    what: 'the parameters are too large',
    where,
    expected: `at most ${MAX_PARAMETER_CHARACTERS} characters of JSON`,
    received: `${total}, most of it in ${largest.map(({ name, size }) => `${name} (${size})`).join(', ')}`,
    details: { characters: total, limit: MAX_PARAMETER_CHARACTERS },
  });
}

/** Most bytes of all members together. */
export function parameterCharacters(parameters: JsonValue): number {
  return sizesOf(parameters).reduce((sum, { size }) => sum + size, 0);
}

function sizesOf(parameters: JsonValue): readonly { readonly name: string; readonly size: number }[] {
  const members = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [['(all)', parameters]];
  return members.map(([name, member]) => ({ name: String(name), size: lengthOf(member) }));
}

/** A value that is not JSON passes here; the check of the parameters refuses it. */
function lengthOf(member: unknown): number {
  try {
    return ((JSON.stringify(member) as string | undefined) ?? '').length;
  } catch {
    return 0;
  }
}

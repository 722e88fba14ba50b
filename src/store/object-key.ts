import { PipelineError } from '../errors/pipeline-error.js';

/** Names that begin with this, or end with `GENERATIONS`, belong to the folder driver. */
export const RESERVED = '.~';
export const GENERATIONS = '.~v';

const KEY_BYTES = 1_024;
/** File systems allow 255 bytes a name; the rest is room for the driver's own suffix. */
const NAME_BYTES = 240;
/** Nearly all keys: nothing is wrong with these if they are short. */
const PLAIN = /^[\w%-][\w%.-]*(?:\/[\w%-][\w%.-]*)*$/;

/** @throws PipelineError `STORE_KEY_INVALID` naming everything that is wrong with the key. */
export function checkKey(key: string): void {
  if (key.length <= NAME_BYTES && PLAIN.test(key)) return;
  const problems = key === '' ? ['it is empty'] : [...new Set(key.split('/').flatMap(problemsOfName))];
  if (Buffer.byteLength(key) > KEY_BYTES) problems.push(`it is longer than ${KEY_BYTES} bytes`);
  if (problems.length > 0) throw invalidKey(key, problems);
}

/** A prefix is the beginning of a key: whole names but the last, which may be cut or empty. */
export function checkPrefix(prefix: string): void {
  const names = prefix.split('/');
  const problems = names.slice(0, -1).flatMap(problemsOfName);
  if (names.at(-1) === '..') problems.push('the name ".."');
  if (problems.length > 0) throw invalidKey(prefix, [...new Set(problems)]);
}

export function invalidKey(key: string, problems: readonly string[]): PipelineError {
  return new PipelineError('STORE_KEY_INVALID', {
    what: `object key ${JSON.stringify(key.slice(0, 200))} is not allowed: ${problems.join('; ')}`,
    details: { key, problems },
  });
}

function problemsOfName(name: string): string[] {
  const problems: string[] = [];
  if (name === '') problems.push('an empty name (a leading, trailing or double slash)');
  if (name === '.' || name === '..') problems.push(`the name "${name}"`);
  if (/\p{Control}/u.test(name)) problems.push('a control character');
  if (name.includes('\\')) problems.push('a backslash');
  if (/\p{Surrogate}/u.test(name)) problems.push('a lone surrogate');
  if (name.startsWith(RESERVED) || name.endsWith(GENERATIONS)) problems.push(`the reserved name "${name}"`);
  if (Buffer.byteLength(name) > NAME_BYTES) problems.push(`a name longer than ${NAME_BYTES} bytes`);
  return problems;
}

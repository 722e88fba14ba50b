import type { SourceSpec } from '../../contracts/dataset.js';
import { isPlainObject, type JsonObject } from '../../contracts/json.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { LoadedSource } from '../source-kind.js';
import { SOURCES } from '../sources.js';
import { isFileSource, ROWS_FILE } from './materialize.js';

/** `source "json_lines" (https://example.com/trips)`. @throws PipelineError `EXTENSION_UNKNOWN`, `EXTENSION_RESULT_INVALID`. */
export function nameOfSource(kind: LoadedSource, options: JsonObject): string {
  const { name } = kind;
  const found: unknown = kind.place?.(options);
  if (found === undefined || (typeof found === 'string' && found !== '')) {
    return `source "${name}"${found === undefined ? '' : ` (${found})`}`;
  }
  throw new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `\`place\` of the source "${name}" gave no text`,
    expected: 'where its rows are, in words',
    received: found === '' ? 'an empty text' : typeof found,
  });
}

/**
 * Does `work` on the files of a source. Where these were written for a source that was added, errors name the source instead: nobody knows the
 * scratch files, which vanish with the attempt.
 * @param folder - where the files of the source were written.
 */
export async function inNameOf<Result>(spec: SourceSpec, folder: string, work: () => Promise<Result>): Promise<Result> {
  if (isFileSource(spec)) return work();
  const name = nameOfSource(SOURCES.named(spec.format) as LoadedSource, spec.options);
  try {
    return await work();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const told = (text: string): string => inWords(text, folder, name);
    const { what, where, expected, received, cure } = error.parts;
    // Without the cause, whose texts name the files.
    throw new PipelineError(error.code, {
      what: told(what),
      ...(where === undefined ? { where: name } : { where: told(where) }),
      ...(expected === undefined ? {} : { expected: told(expected) }),
      ...(received === undefined ? {} : { received: told(received) }),
      ...(cure === undefined ? {} : { cure: told(cure) }),
      retryable: error.retryable,
      details: inTexts(error.details, told) as typeof error.details,
    });
  }
}

/** The file of the rows, and the pattern of all files, are the source; any other file is one of it. */
function inWords(text: string, folder: string, name: string): string {
  const [before = '', ...rest] = text.split(folder);
  return rest.reduce((told, after) => {
    const [path = '', file = ''] = /^[/\\]?([^/\\"'`;,()\s]*)/.exec(after) ?? [];
    const isWhole = file === '' || file === '*' || file === ROWS_FILE;
    return `${told}${isWhole ? name : `${file} of ${name}`}${after.slice(path.length)}`;
  }, before);
}

function inTexts(value: unknown, told: (text: string) => string): unknown {
  if (typeof value === 'string') return told(value);
  if (Array.isArray(value)) return value.map((item) => inTexts(item, told));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inTexts(item, told)]));
}

import { isUtf8 } from 'node:buffer';
import { PipelineError } from '../../errors/pipeline-error.js';
import { countMembers } from '../../store/json/json-depth.js';
import { repeatedName } from './repeated-name.js';
import { shortName } from './text.js';

/** Lists and objects within each other; the bodies that routes take have at most five. */
const MAXIMUM_DEPTH = 32;

/** A bare NaN or Infinity where JSON wants a value; such a body is not JSON, but its sender needs to hear why. */
const BARE_NOT_FINITE = /[:[,]\s*[-+]?(?:NaN|Infinity)\s*[,\]}]/;

function malformed(
  what: string,
  parts: { readonly expected?: string; readonly received?: string; readonly cause?: unknown },
): PipelineError {
  return new PipelineError('SERVING_BODY_MALFORMED', { what, ...parts });
}

/**
 * The JSON value of a body: UTF-8, and lists and objects at most 32 deep, so that whatever reads the value may follow it down. No object
 * has a name twice.
 * @throws PipelineError `SERVING_BODY_MALFORMED`, or `SERVING_NUMBER_NOT_FINITE` when the text has a bare NaN or Infinity.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed('the body is not UTF-8', { expected: 'JSON in UTF-8' });
  const members = countMembers(bytes, MAXIMUM_DEPTH);
  if (members === null) {
    throw malformed('the body is nested too deeply', {
      expected: `at most ${MAXIMUM_DEPTH} lists and objects within one another`,
    });
  }
  const text = bytes.toString('utf8');
  const value = parsed(text);
  const repeated = repeatedName(text, value, members);
  if (repeated === null) return value;
  throw malformed(`the body has "${shortName(repeated)}" twice in one object`, { expected: 'each name once in an object' });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (BARE_NOT_FINITE.test(text)) {
      throw new PipelineError('SERVING_NUMBER_NOT_FINITE', {
        what: 'the body has a bare NaN or Infinity, which is not JSON',
        cause: error,
      });
    }
    const received = text.length === 0 ? 'an empty body' : `${text.length} characters`;
    throw malformed('the body is not JSON', { received, cause: error });
  }
}

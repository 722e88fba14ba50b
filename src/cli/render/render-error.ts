import { inspect } from 'node:util';
import type { JsonObject } from '../../contracts/json.js';
import { ERROR_CODES } from '../../errors/codes.js';
import type { PipelineError } from '../../errors/pipeline-error.js';
import type { Colours } from '../terminal.js';

const LABEL_WIDTH = 9;

/** The one form of an error on a terminal: code and what, then where, expected, got, and what to do. With `debug` also its stack and causes. */
export function renderError(error: PipelineError, colours: Colours, debug: boolean): string {
  const { what, where, expected, received, cure } = error.parts;
  const rows: [string, string | undefined][] = [
    ['where', where],
    ['expected', expected],
    ['got', received],
    ['do', cure ?? ERROR_CODES[error.code].cure],
  ];
  const lines = [`${colours.red('error')} ${colours.bold(error.code)} ${what.trimEnd()}`];
  for (const [label, text] of rows) {
    if (text !== undefined) lines.push(`  ${colours.dim(label.padEnd(LABEL_WIDTH))}${text.trimEnd().replaceAll('\n', '\n    ')}`);
  }
  if (debug) lines.push('', inspect(error));
  return lines.join('\n');
}

/** The same as JSON, for `--json`. */
export function errorAsJson(error: PipelineError): JsonObject {
  const { what, where, expected, received, cure } = error.parts;
  return {
    error: {
      code: error.code,
      what,
      where: where ?? null,
      expected: expected ?? null,
      received: received ?? null,
      cure: cure ?? ERROR_CODES[error.code].cure,
      retryable: error.retryable,
      details: error.details,
    },
  };
}

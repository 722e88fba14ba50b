import type { ErrorCode } from './codes.js';
import { ERROR_CODES } from './codes.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Parts of an error's message: what is wrong, where, what was expected and got, what to do. */
export interface ErrorParts {
  /** The thing that is wrong: `column "age" is missing`. */
  readonly what: string;
  /** Where it was found: `dataset flights (data/x.parquet)`. */
  readonly where?: string;
  readonly expected?: string;
  readonly received?: string;
  /** Overrides the cure of the code table when a more exact one is known. */
  readonly cure?: string;
  /** Overrides the table's word on retries for this one error. */
  readonly retryable?: boolean;
  readonly details?: Json;
  readonly cause?: unknown;
}

const MARKER = Symbol.for('perennial.PipelineError');

/** The one error of this package. `code` says what happened; `docs/errors.md` has cause and cure of every code. */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly httpStatus: number;
  readonly details: Json;
  readonly parts: ErrorParts;
  readonly [MARKER] = true;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const entry = ERROR_CODES[code];
    super(formatMessage(parts, entry.cure), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'PipelineError';
    this.code = code;
    this.retryable = parts.retryable ?? entry.retryable;
    this.httpStatus = entry.httpStatus;
    this.details = parts.details ?? null;
    this.parts = parts;
  }
}

function formatMessage(parts: ErrorParts, cure: string): string {
  const where = parts.where === undefined ? '' : ` in ${parts.where}`;
  const compare = [
    parts.expected === undefined ? '' : `expected ${parts.expected}`,
    parts.received === undefined ? '' : `got ${parts.received}`,
  ].filter((part) => part !== '');
  const comparison = compare.length === 0 ? '' : `: ${compare.join(', ')}`;
  return `${parts.what}${where}${comparison}. ${parts.cure ?? cure}`;
}

/** True for a PipelineError of any copy of this package and any JavaScript realm. */
export function isPipelineError(value: unknown): value is PipelineError {
  try {
    return typeof value === 'object' && value !== null && MARKER in value;
  } catch {
    // A proxy that refuses to be asked.
    return false;
  }
}

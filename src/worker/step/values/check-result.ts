import { PipelineError } from '../../../errors/pipeline-error.js';
import { STORED_FIELD } from '../../../contracts/store/stored-value.js';
import type { JsonValue } from '../../../contracts/json.js';
import type { StepTask } from '../../../contracts/run.js';
import { shortReferences } from '../../../store/values/short-references.js';
import { jsonBytes } from '../../../store/values/stored-values.js';

/** Largest result that crosses Temporal, bytes of JSON. */
export const MAX_RESULT_BYTES = 32 * 1024;
/**
 * Largest result of a built-in stage: it grows with the columns of the data set, and the run carries it by reference. A run without references
 * carries it whole, up to the smaller limit.
 */
const MAX_STAGE_RESULT_BYTES = 32 * 1024 ** 2;
const MAX_WHOLE_STAGE_RESULT_BYTES = 1024 ** 2;
const MAX_PROBLEMS = 20;
/** As deep as canonical JSON goes: what walks a value takes a call for each level. */
const DEEPEST = 200;
const LIST_CURE =
  'Write the list to the store with `context.publishItems(items)` and return what that gives: `p.map` and `context.items` take it.';

/**
 * The result of a step, known to survive JSON unchanged; of references to artifacts no more than fits (see `shortReferences`).
 * @param mostBytes - of JSON; default 32 KiB.
 * @throws PipelineError `EXECUTION_RESULT_NOT_JSON` naming the path of each bad value: undefined, NaN, Infinity, bigint, functions,
 *   symbols, Date, Map, Set, typed arrays, other class instances, an object inside itself, and what is nested more than 200 deep;
 *   `EXECUTION_RESULT_TOO_LARGE` above `mostBytes`.
 */
export function checkResult(value: unknown, where: string, mostBytes: number = MAX_RESULT_BYTES): JsonValue {
  const problems: string[] = [];
  collect(value, 'result', [], problems);
  if (problems.length > 0) {
    const shown = problems.slice(0, MAX_PROBLEMS);
    throw new PipelineError('EXECUTION_RESULT_NOT_JSON', {
      what: `${shown.join('; ')}${problems.length > shown.length ? `; and ${problems.length - shown.length} more` : ''}`,
      where,
      details: { problems: shown },
    });
  }
  const told = shortReferences(value as JsonValue);
  const bytes = jsonBytes(told);
  if (bytes > mostBytes) {
    throw new PipelineError('EXECUTION_RESULT_TOO_LARGE', {
      what: 'the result is too large',
      where,
      expected: `at most ${mostBytes} bytes of JSON`,
      received: `${bytes} bytes${largestField(told)}`,
      ...(Array.isArray(value) ? { cure: LIST_CURE } : {}),
      details: { bytes, limit: mostBytes },
    });
  }
  return told;
}

/** Largest result of a task, bytes of JSON. */
export function mostResultBytes({ kind, inlineBytes }: StepTask): number {
  if (kind === 'step' || kind === 'command') return MAX_RESULT_BYTES;
  return inlineBytes === undefined ? MAX_WHOLE_STAGE_RESULT_BYTES : MAX_STAGE_RESULT_BYTES;
}

function collect(value: unknown, path: string, inside: readonly object[], problems: string[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) problems.push(`${path} is ${value}`);
    return;
  }
  if (typeof value !== 'object') {
    problems.push(value === undefined ? `${path} is undefined` : `${path} is a ${typeof value}`);
    return;
  }
  if (inside.includes(value)) {
    problems.push(`${path} contains itself`);
    return;
  }
  if (inside.length >= DEEPEST) {
    problems.push(`${path.slice(0, 40)}... is nested deeper than ${DEEPEST}`);
    return;
  }
  const deeper = [...inside, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) collect(value[index], `${path}[${index}]`, deeper, problems);
    return;
  }
  if (!isPlain(value)) {
    problems.push(`${path} is a ${Object.prototype.toString.call(value).slice('[object '.length, -1)}`);
    return;
  }
  if (STORED_FIELD in value) problems.push(`${path} has a field "${STORED_FIELD}", which is a reserved name`);
  for (const [key, member] of Object.entries(value)) collect(member, `${path}.${key}`, deeper, problems);
}

/** An object literal of any JavaScript realm, without its own way to JSON. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null && !('toJSON' in value))
  );
}

function largestField(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const sizes = Object.entries(value).map(([key, member]) => ({ key, bytes: Buffer.byteLength(JSON.stringify(member)) }));
  const largest = sizes.reduce((most, size) => (size.bytes > most.bytes ? size : most), { key: '', bytes: 0 });
  return largest.key === '' ? '' : `, most of it in "${largest.key}" (${largest.bytes} bytes)`;
}

import { PipelineError } from '../../errors/pipeline-error.js';

/** Lists and objects within each other; each level takes calls of this and of every other code that walks the value. */
const DEEPEST = 200;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * One text per value: members sorted by UTF-16 code units, no white space, ECMAScript numbers (-0 as 0), as in RFC 8785.
 * Members that are `undefined` are left out, as `JSON.stringify` does.
 * @throws PipelineError `STORE_JSON_INVALID` naming every part without a JSON form: NaN, Infinity, bigint, functions, symbols,
 *   `undefined` in arrays, class instances, lone surrogates, an object inside itself,
 *   and lists and objects more than 200 deep.
 */
export function canonicalJson(value: unknown): string {
  const problems: string[] = [];
  const text = write(value, '$', [], problems);
  if (problems.length > 0) {
    throw new PipelineError('STORE_JSON_INVALID', {
      what: `a value cannot be written as JSON: ${problems.join('; ')}`,
      details: { problems },
    });
  }
  return text;
}

/** Whether `canonicalJson` takes a value. */
export function isJson(value: unknown): boolean {
  const problems: string[] = [];
  write(value, '$', [], problems);
  return problems.length === 0;
}

function write(value: unknown, at: string, inside: readonly object[], problems: string[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) problems.push(`${at} has a lone surrogate`);
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) problems.push(`${at} is ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') {
    problems.push(`${at} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
    return '';
  }
  if (inside.includes(value)) {
    problems.push(`${at} contains itself`);
    return '';
  }
  if (inside.length >= DEEPEST) {
    problems.push(`${at.slice(0, 40)}... is nested deeper than ${DEEPEST}`);
    return '';
  }
  const deeper = [...inside, value];
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown, index) => write(item, `${at}[${index}]`, deeper, problems)).join(',')}]`;
  }
  if (!isPlain(value)) {
    problems.push(`${at} is not a plain object`);
    return '';
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([name, member]) => `${write(name, `${at}.${name}`, deeper, problems)}:${write(member, `${at}.${name}`, deeper, problems)}`,
    );
  return `{${members.join(',')}}`;
}

/** An object literal of any JavaScript realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}

import { isPlainObject } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { someOf } from '../input/text.js';

type Fields = { readonly [name: string]: unknown };

/** The fields of a body that must be one JSON object with no other fields than `known`. */
export function bodyFields(body: unknown, known: readonly string[]): Fields {
  const fields = objectFields(body, 'the body');
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  if (unknown.length === 0) return fields;
  throw malformed(`the body has unknown fields ${someOf(unknown)}`, `only ${known.join(', ')}`, 'more');
}

export function objectFields(value: unknown, name: string): Fields {
  if (isPlainObject(value)) return value;
  throw malformed(`${name} is no object`, 'a JSON object', kindOf(value));
}

/** A list that is required and not empty. */
export function listField(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length > 0) return value as readonly unknown[];
  throw malformed(`"${name}" is wrong`, 'a list with at least one element', kindOf(value));
}

/** One parsed value per row from an optional list; null without the list. */
export function perRowField<T>(
  fields: Fields,
  name: string,
  rows: number,
  parse: { readonly read: (value: unknown) => T | null; readonly expected: string },
): readonly T[] | null {
  if (fields[name] === undefined) return null;
  const list = listField(fields, name);
  if (list.length !== rows) throw malformed(`"${name}" does not fit the rows`, `${rows} elements`, `${list.length}`);
  return list.map((value, index) => {
    const parsed = parse.read(value);
    if (parsed === null) throw malformed(`"${name}[${index}]" is wrong`, parse.expected, kindOf(value));
    return parsed;
  });
}

export function stringField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw malformed(`"${name}" is wrong`, 'a string', kindOf(value));
}

export function malformed(what: string, expected: string, received: string): PipelineError {
  return new PipelineError('SERVING_BODY_MALFORMED', { what, expected, received });
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value;
}

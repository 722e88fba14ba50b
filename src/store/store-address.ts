import type { JsonObject } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { checkRunOptions } from '../kinds/check-options.js';
import type { OptionSchema } from '../kinds/json-schema.js';
import type { ObjectStoreKind } from './store-kind.js';

const SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i;

export function wrongAddress(uri: string, why: string): PipelineError {
  return new PipelineError('STORE_URI_INVALID', { what: `store address ${JSON.stringify(uri)} cannot be used: ${why}` });
}

/**
 * The path and the options of an address. The address of a kind without options has no query: a `?` belongs to its path.
 * @throws PipelineError `EXTENSION_OPTIONS_INVALID` for a query that does not fit the schema of the options.
 */
export function readAddress(uri: string, kind: ObjectStoreKind): { readonly path: string; readonly options: JsonObject } {
  const rest = uri.replace(SCHEME, '');
  const { properties } = kind.options;
  if (Object.keys(properties).length === 0) return { path: rest, options: {} };
  const query = rest.indexOf('?');
  const path = query === -1 ? rest : rest.slice(0, query);
  const given = query === -1 ? [] : [...new URLSearchParams(rest.slice(query + 1))];
  const options = Object.fromEntries(given.map(([name, text]) => [name, valueOf(text, properties[name])]));
  checkRunOptions(`the store address ${JSON.stringify(uri)}`, kind, options);
  return { path, options };
}

/** A query holds texts only; the schema says which of them are numbers, or true and false. A text that is none stays, and is refused by the check. */
function valueOf(text: string, schema: OptionSchema | undefined): string | number | boolean {
  const types = [schema?.type ?? []].flat();
  const isNumeric = types.includes('number') || types.includes('integer');
  if (isNumeric && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

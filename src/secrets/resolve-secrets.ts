import type { JsonObject, JsonValue } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { SecretProvider } from './provider.js';
import { isSecretMarker, secretNamesOf } from './secret-names.js';

/** Shorter values would be found by chance in ordinary text. */
const SHORTEST = 6;

/** A configuration with its secrets put in, and their values by name, for a redactor. */
export type ResolvedSecrets = { readonly config: JsonObject; readonly values: ReadonlyMap<string, string> };

/**
 * Replaces every `SecretMarker` of a configuration by its value. Only for use inside an activity, right before the value is needed.
 * @throws PipelineError `SECRET_MISSING` naming all that are missing and where was looked, `SECRET_TOO_SHORT`, `SECRET_UNREADABLE`.
 */
export async function resolveSecrets(config: JsonObject, provider: SecretProvider, where: string): Promise<ResolvedSecrets> {
  const names = secretNamesOf(config);
  if (names.length === 0) return { config, values: new Map() };
  const read = await Promise.all(names.map(async (name) => [name, await provider.read(name)] as const));
  const values = new Map(read.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ''));
  const missing = names.filter((name) => !values.has(name));
  if (missing.length > 0) throw missingSecrets(missing, provider, where);
  const short = [...values].filter(([, value]) => value.length < SHORTEST).map(([name]) => name);
  if (short.length > 0) {
    throw new PipelineError('SECRET_TOO_SHORT', {
      what: `secrets are shorter than ${SHORTEST} characters: ${short.join(', ')}`,
      where,
      details: { short },
    });
  }
  return { config: putIn(config, values) as JsonObject, values };
}

/** Those of the named secrets that the provider does not have. */
export async function findMissing(names: readonly string[], provider: SecretProvider): Promise<string[]> {
  const read = await Promise.all(names.map((name) => provider.read(name)));
  return names.filter((_, index) => (read[index] ?? '') === '');
}

export function missingSecrets(missing: readonly string[], provider: SecretProvider, where: string): PipelineError {
  return new PipelineError('SECRET_MISSING', {
    what: `no value for the secret${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`,
    where: `${where}; looked in ${provider.place}`,
    details: { missing: [...missing], looked: provider.place },
  });
}

function putIn(value: JsonValue, values: ReadonlyMap<string, string>): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isSecretMarker(value)) return values.get(value.$secret) ?? value;
  if (isList(value)) return value.map((part) => putIn(part, values));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, putIn(part, values)]));
}

const isList = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value);

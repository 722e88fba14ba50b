import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { SecretMarker } from '../contracts/plan.js';

/** Names of the secrets that any JSON refers to by `SecretMarker`s, in order, each once. */
export function secretNamesOf(value: JsonValue): string[] {
  const names = new Set<string>();
  collect(value, names);
  return [...names].sort();
}

export function isSecretMarker(value: JsonValue): value is SecretMarker {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as JsonObject)['$secret'] === 'string' &&
    Object.keys(value).length === 1
  );
}

function collect(value: JsonValue, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (isSecretMarker(value)) names.add(value.$secret);
  else for (const part of Object.values(value)) collect(part, names);
}

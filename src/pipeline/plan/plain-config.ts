import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { OptionReader } from '../lint/issues.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';
import { isSecretReference, SECRET_NAME } from '../options/secret.js';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A configuration as plain JSON with parameter markers; step references and what JSON cannot carry are reported. */
export function plainConfig(config: object, read: OptionReader): JsonObject {
  const entries = Object.entries(config).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, plainValue(part, read.at(key))]));
}

function plainValue(value: unknown, read: OptionReader): JsonValue {
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) read.report('not-json', 'expected well-formed Unicode, got half a character');
    return value;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) read.report('not-json', `expected a finite number, got ${value}`);
    return Number.isFinite(value) ? value : null;
  }
  if (Array.isArray(value)) return value.map((item, index) => plainValue(item, read.at(index)));
  if (isReference(value)) {
    read.report('reference-as-value', 'a step reference stands where a value is expected; use it as an input of a step');
    return null;
  }
  if (isParameterReference(value)) {
    return { $param: value.$param };
  }
  if (isSecretReference(value)) {
    if (!SECRET_NAME.test(value.$secret)) read.report('name', `secret "${value.$secret}" must match ${SECRET_NAME.source}`);
    return { $secret: value.$secret };
  }
  if (typeof value === 'object') return plainConfig(value, read);
  read.report('not-json', `expected plain JSON, got a ${typeof value}`);
  return null;
}

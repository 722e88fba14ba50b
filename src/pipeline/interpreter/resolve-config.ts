import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ParameterMarker } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/**
 * A step's configuration with every `ParameterMarker` replaced by the parameter's value. Pure; safe in workflow code.
 * @throws PipelineError `AUTHORING_UNKNOWN_PARAMETER`.
 */
export function resolveConfig(config: JsonObject, parameters: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, part]) => [key, resolve(part, parameters)]));
}

function resolve(part: JsonValue, parameters: JsonObject): JsonValue {
  if (typeof part !== 'object' || part === null) return part;
  if (isList(part)) return part.map((item) => resolve(item, parameters));
  if (!isMarker(part)) return resolveConfig(part, parameters);
  const value = Object.hasOwn(parameters, part.$param) ? parameters[part.$param] : undefined;
  if (value !== undefined) return value;
  throw new PipelineError('AUTHORING_UNKNOWN_PARAMETER', {
    what: `parameter "${part.$param}" has no value`,
    expected: `one of ${Object.keys(parameters).join(', ')}`,
  });
}

function isList(part: readonly JsonValue[] | JsonObject): part is readonly JsonValue[] {
  return Array.isArray(part);
}

function isMarker(part: JsonObject): part is ParameterMarker {
  return typeof part['$param'] === 'string' && Object.keys(part).length === 1;
}

import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ParameterMarker, SqlMarker } from '../../contracts/plan.js';
import { valueLiteral } from '../../contracts/sql-text.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/**
 * A step's configuration with every `ParameterMarker` replaced by the parameter's value, and every `SqlMarker` by its text. Pure; safe in
 * workflow code.
 * @throws PipelineError `AUTHORING_UNKNOWN_PARAMETER`.
 */
export function resolveConfig(config: JsonObject, parameters: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, part]) => [key, resolve(part, parameters)]));
}

function resolve(part: JsonValue, parameters: JsonObject): JsonValue {
  if (typeof part !== 'object' || part === null) return part;
  if (isList(part)) return part.map((item) => resolve(item, parameters));
  if (isSqlMarker(part)) return part.$sql.map((piece) => sqlOf(piece, parameters)).join('');
  return isMarker(part) ? valueOf(part, parameters) : resolveConfig(part, parameters);
}

function valueOf({ $param: name }: ParameterMarker, parameters: JsonObject): JsonValue {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value !== undefined) return value;
  throw new PipelineError('AUTHORING_UNKNOWN_PARAMETER', {
    what: `parameter "${name}" has no value`,
    expected: `one of ${Object.keys(parameters).join(', ')}`,
  });
}

function isList(part: readonly JsonValue[] | JsonObject): part is readonly JsonValue[] {
  return Array.isArray(part);
}

/** The linter has seen to it that the parameter is one value. */
function sqlOf(piece: string | ParameterMarker, parameters: JsonObject): string {
  return typeof piece === 'string' ? piece : valueLiteral(valueOf(piece, parameters) as string | number | boolean);
}

function isSqlMarker(part: JsonObject): part is SqlMarker {
  return Array.isArray(part['$sql']) && Object.keys(part).length === 1;
}

function isMarker(part: JsonObject): part is ParameterMarker {
  return typeof part['$param'] === 'string' && Object.keys(part).length === 1;
}

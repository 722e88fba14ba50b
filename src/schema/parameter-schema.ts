import type { JsonObject } from '../contracts/json.js';
import type { ParameterShape } from './parameter.js';

/** One JSON Schema (draft 2020-12) of the parameter object of a pipeline: no other names, no missing ones but those with a default. */
export function parameterSchema(pipeline: string, parameters: ParameterShape): JsonObject {
  const entries = Object.entries(parameters);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: pipeline,
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, parameter]) => [name, structuredClone(parameter.parameter)])),
    required: entries.filter(([, parameter]) => !parameter.hasDefault).map(([name]) => name),
    additionalProperties: false,
  };
}

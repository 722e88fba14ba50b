import type { ColumnSpec, SchemaSpec } from '../contracts/dataset.js';
import type { JsonObject } from '../contracts/json.js';

/**
 * JSON Schema (draft 2020-12) of one row on the wire. Nullable columns may be null or left out; other names are refused.
 * A timestamp is an ISO-8601 date or date-time (UTC when it names no offset; format `iso-date-time` of ajv-formats) or whole
 * milliseconds since 1970. NaN and Infinity have no JSON form, so a `number` is finite.
 */
export function rowJsonSchema(spec: SchemaSpec): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: spec.name,
    type: 'object',
    properties: Object.fromEntries(spec.columns.map((column) => [column.name, fieldSchema(column)])),
    required: spec.columns.filter((column) => !column.nullable).map((column) => column.name),
    additionalProperties: false,
  };
}

function fieldSchema(column: ColumnSpec): JsonObject {
  const value = valueSchema(column);
  return column.nullable ? { anyOf: [value, { type: 'null' }] } : value;
}

function valueSchema(column: ColumnSpec): JsonObject {
  const bounds: JsonObject = {
    ...(column.min === undefined ? {} : { minimum: column.min }),
    ...(column.max === undefined ? {} : { maximum: column.max }),
  };
  switch (column.type) {
    case 'timestamp':
      return { anyOf: [{ type: 'string', format: 'iso-date-time' }, { type: 'string', format: 'date' }, { type: 'integer' }] };
    case 'float':
      return { type: 'number', ...bounds };
    case 'integer':
      return { type: 'integer', ...bounds };
    case 'boolean':
      return { type: 'boolean' };
    case 'category':
      return column.values === undefined ? { type: 'string' } : { enum: column.values };
    case 'text':
      return { type: 'string' };
  }
}

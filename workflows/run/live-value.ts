import type { JsonObject, JsonValue } from '../../src/contracts/json.js';

/**
 * What is wrong with a value for a live parameter, in words; null when it fits. Reads the keywords that the parameter builders write: a checker that
 * makes code of a schema cannot run in a workflow.
 */
export function liveValueProblem(schema: JsonObject, value: JsonValue): string | null {
  const { type, enum: allowed, minimum, maximum, minLength, maxLength, pattern, format } = schema;
  const problems: string[] = [];
  if (Array.isArray(allowed) && !allowed.includes(value)) problems.push(`one of ${allowed.map(String).join(', ')}`);
  if (typeof type === 'string' && !hasType(type, value)) problems.push(type === 'integer' ? 'a whole number' : `a ${type}`);
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) problems.push(`>= ${minimum}`);
    if (typeof maximum === 'number' && value > maximum) problems.push(`<= ${maximum}`);
  }
  if (typeof value === 'string') {
    if (typeof minLength === 'number' && value.length < minLength) problems.push(`${minLength} characters or more`);
    if (typeof maxLength === 'number' && value.length > maxLength) problems.push(`${maxLength} characters at most`);
    if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) problems.push(`text that matches ${pattern}`);
    if (format === 'date' && !isDay(value)) problems.push('a day such as 2001-01-31');
  }
  return problems.length === 0 ? null : problems.join(', ');
}

function hasType(type: string, value: JsonValue): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

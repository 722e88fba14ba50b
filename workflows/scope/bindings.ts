import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { InputBinding } from '../../src/contracts/plan.js';
import { isStored, storedPart } from '../../src/contracts/store/stored-value.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';

/** The result of a step, or the pseudo result of a body, by its id; undefined when there is none. */
export type ResultLookup = (id: string) => JsonValue | undefined;

/** Looks up the value of each input in the results of the steps before. EXECUTION_INPUT_MISSING when a path leads nowhere. */
export function bindInputs(bindings: { readonly [name: string]: InputBinding }, results: ResultLookup, step: string): JsonObject {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [name, bindValue(binding, results, `input "${name}" of step "${step}"`)]),
  );
}

/** As `bindInputs`, with null for a missing result. */
export function bindOptional(bindings: { readonly [name: string]: InputBinding }, results: ResultLookup): JsonObject {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => {
      const value = follow(binding, results) ?? null;
      return [name, isStored(value) ? { ...value, optional: true } : value];
    }),
  );
}

/** The one value that a binding names. EXECUTION_INPUT_MISSING when there is none. */
export function bindValue(binding: InputBinding, results: ResultLookup, where: string): JsonValue {
  const value = follow(binding, results);
  if (value !== undefined) return value;
  throw new PipelineError('EXECUTION_INPUT_MISSING', {
    what: `the result of step "${binding.step}" has no "${(binding.path ?? []).join('.') || 'value'}"`,
    where,
  });
}

function follow(binding: InputBinding, results: ResultLookup): JsonValue | undefined {
  let value = results(binding.step);
  for (const field of binding.path ?? []) {
    if (isStored(value)) value = storedPart(value, field);
    else value = typeof value === 'object' && value !== null && !isList(value) ? value[field] : undefined;
  }
  return value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

import type { JsonObject, JsonValue } from '../src/contracts/json.js';
import type { InputBinding } from '../src/contracts/plan.js';
import { PipelineError } from '../src/errors/pipeline-error.js';

/** Looks up the value of each input in the results of the steps before. EXECUTION_INPUT_MISSING when a path leads nowhere. */
export function bindInputs(
  bindings: { readonly [name: string]: InputBinding },
  results: ReadonlyMap<string, JsonValue>,
  step: string,
): JsonObject {
  return Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, bindInput(name, binding, results, step)]));
}

function bindInput(name: string, binding: InputBinding, results: ReadonlyMap<string, JsonValue>, step: string): JsonValue {
  let value = results.get(binding.step);
  for (const field of binding.path ?? []) {
    value = typeof value === 'object' && value !== null && !isList(value) ? value[field] : undefined;
  }
  if (value !== undefined) return value;
  throw new PipelineError('EXECUTION_INPUT_MISSING', {
    what: `the result of step "${binding.step}" has no "${(binding.path ?? []).join('.') || 'value'}"`,
    where: `input "${name}" of step "${step}"`,
  });
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

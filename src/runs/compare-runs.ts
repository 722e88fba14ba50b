import { contentHashOf } from '../cache/content-of.js';
import { type JsonObject, type JsonValue, isJsonObject } from '../contracts/json.js';
import type { Plan } from '../contracts/plan.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import { hasEffects } from './reusable-steps.js';

export type ValueChange = { readonly name: string; readonly before: JsonValue; readonly now: JsonValue };

/** What differs between two runs; every list is empty when nothing does. */
export type RunDifference = {
  readonly parameters: readonly ValueChange[];
  readonly plan: readonly string[];
  /** Steps whose code has another hash. */
  readonly code: readonly string[];
  readonly environment: readonly ValueChange[];
  /** Named `<step>.<metric>`. */
  readonly metrics: readonly ValueChange[];
  /** Steps whose results differ. */
  readonly results: readonly string[];
  /** Seconds of the steps whose durations differ; null for a step that did not run. */
  readonly seconds: readonly ValueChange[];
};

export function compareRuns(before: RunManifest, now: RunManifest): RunDifference {
  return {
    parameters: changes(before.parameters, now.parameters),
    plan: planChanges(before.plan, now.plan),
    code: changes(before.code, now.code).map(({ name }) => name),
    environment: changes(before.environment, now.environment),
    metrics: changes(metricsOf(before), metricsOf(now)),
    results: differentResults(before.results, now.results),
    seconds: changes(secondsOf(before), secondsOf(now)),
  };
}

/** Steps that were added, removed or changed. */
export function planChanges(before: Plan, now: Plan): string[] {
  const steps = ({ steps: list }: Plan): JsonObject =>
    Object.fromEntries(list.map((step) => [step.id, step as unknown as JsonObject]));
  return changes(steps(before), steps(now)).map(({ name, before: old, now: young }) => {
    if (old === null) return `step "${name}" is new`;
    if (young === null) return `step "${name}" is gone`;
    const fields = changes(old as JsonObject, young as JsonObject).map((change) => change.name);
    return `step "${name}" changed: ${fields.join(', ')}`;
  });
}

/**
 * Differences of a repetition: artifacts and results by content. An evaluation is compared by its metrics, since the champion may have changed
 * since. Steps with effects are not repeated.
 */
export function reproductionDifferences(before: RunManifest, now: RunManifest): string[] {
  return before.plan.steps
    .filter(({ id, kind }) => Object.hasOwn(before.results, id) && !hasEffects(kind))
    .flatMap(({ id, kind }) => {
      if (!Object.hasOwn(now.results, id)) return [`step "${id}" did not succeed`];
      const [old, young] = [comparable(kind, before.results[id] ?? null), comparable(kind, now.results[id] ?? null)];
      return contentHashOf(old) === contentHashOf(young)
        ? []
        : [`step "${id}" gave ${kind === 'evaluate' ? 'other metrics' : 'another result'}`];
    });
}

function comparable(kind: string, result: JsonValue): JsonValue {
  return kind === 'evaluate' && isJsonObject(result) ? (result['metrics'] ?? null) : result;
}

function differentResults(before: JsonObject, now: JsonObject): string[] {
  return changes(before, now)
    .map(({ name }) => name)
    .sort();
}

const metricsOf = ({ steps }: RunManifest): JsonObject =>
  Object.fromEntries(
    steps.flatMap(({ id, metrics }) => Object.entries(metrics).map(([name, value]) => [`${id}.${name}`, value])),
  );

const secondsOf = ({ steps }: RunManifest): JsonObject => Object.fromEntries(steps.map(({ id, seconds }) => [id, seconds]));

function all(before: JsonObject, now: JsonObject): ValueChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].map((name) => ({ name, before: before[name] ?? null, now: now[name] ?? null }));
}

/** Members that differ in content; a missing one counts as null. */
function changes(before: JsonObject, now: JsonObject): ValueChange[] {
  return all(before, now).filter((change) => contentHashOf(change.before) !== contentHashOf(change.now));
}

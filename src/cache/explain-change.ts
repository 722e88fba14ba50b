import type { CacheComponents } from '../contracts/store/cache.js';
import { type JsonObject, type JsonValue, isJsonObject } from '../contracts/json.js';
import { canonicalJson } from '../store/json/canonical-json.js';

const LONGEST_VALUE = 40;

/** Differences between two runs of one operation, in words; empty when their keys are equal. */
export function changesBetween(before: CacheComponents, now: CacheComponents): string[] {
  return [
    ...codeChanges(before.code, now.code),
    ...valueChanges(before, now),
    ...namesThatDiffer(before.inputs, now.inputs).map((name) => `input "${name}" changed`),
    ...namesThatDiffer(before.reads, now.reads).map((name) =>
      changed(name, memberOf(before.reads, name), memberOf(now.reads, name)),
    ),
    ...namesThatDiffer(before.environment, now.environment).map((name) => `environment ${name} changed`),
    ...(before.version === now.version ? [] : [changed('cache.version', before.version, now.version)]),
    ...(before.seed === now.seed ? [] : [changed('seed', before.seed, now.seed)]),
    ...leaves(before.arguments, now.arguments).map(({ path }) => `what the stage hands over as "${path}" changed`),
  ];
}

function codeChanges(before: JsonObject, now: JsonObject): string[] {
  return namesThatDiffer(before, now).map((part) => {
    if (part === 'function') return 'code changed';
    if (part === 'perennial') return changed('version of perennial', memberOf(before, part), memberOf(now, part));
    if (part.startsWith('package ')) return changed(`version of ${part}`, memberOf(before, part), memberOf(now, part));
    if (part.startsWith('captured ')) return `captured value "${part.slice('captured '.length)}" changed`;
    if (part.startsWith('variable ')) return `environment ${part.slice('variable '.length)} changed`;
    return `code changed: ${part}`;
  });
}

/** A part of the configuration that has the value of a parameter is named after the parameter. */
function valueChanges(before: CacheComponents, now: CacheComponents): string[] {
  const parameters = namesThatDiffer(before.parameters, now.parameters);
  const said = new Set<string>();
  for (const leaf of leaves(before.config, now.config)) {
    const name = parameters.find(
      (one) => same(memberOf(before.parameters, one), leaf.before) && same(memberOf(now.parameters, one), leaf.now),
    );
    said.add(changed(name === undefined ? `configuration ${leaf.path}` : `parameter ${name}`, leaf.before, leaf.now));
  }
  if (now.kind === 'step' || now.kind === 'command') {
    for (const name of parameters)
      said.add(changed(`parameter ${name}`, memberOf(before.parameters, name), memberOf(now.parameters, name)));
  }
  return [...said];
}

type Leaf = { readonly path: string; readonly before: JsonValue | undefined; readonly now: JsonValue | undefined };

/** The smallest parts that differ. Lists count as a whole. */
function leaves(before: JsonObject, now: JsonObject, at = ''): Leaf[] {
  return namesThatDiffer(before, now).flatMap((name): Leaf[] => {
    const path = at === '' ? name : `${at}.${name}`;
    const [old, young] = [memberOf(before, name), memberOf(now, name)];
    return isJsonObject(old) && isJsonObject(young) ? leaves(old, young, path) : [{ path, before: old, now: young }];
  });
}

function namesThatDiffer(before: JsonObject, now: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].sort().filter((name) => !same(memberOf(before, name), memberOf(now, name)));
}

function same(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left) === canonicalJson(right);
}

function changed(what: string, before: JsonValue | undefined, now: JsonValue | undefined): string {
  if (isJsonObject(before) || isJsonObject(now)) return `${what} changed`;
  return `${what} changed: ${shown(before)} -> ${shown(now)}`;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 3)}...`;
}

/** An own member: names such as `toString` are ordinary names. */
const memberOf = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

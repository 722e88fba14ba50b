import { isPlainObject } from '../contracts/json.js';
import type { KindOrigin } from './kind.js';
import { kindLists } from './kind-list.js';

/** A kind that is not of this package, as a step uses it. */
export interface ExternalKind {
  readonly member: string;
  readonly name: string;
  readonly origin: KindOrigin;
}

/** The kinds that a configuration of the plan names and this package does not have: their code counts in the cache key and runs apart. */
export function externalKinds(config: unknown): readonly ExternalKind[] {
  const lists = kindLists();
  const found = new Map<string, ExternalKind>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isPlainObject(value)) {
      for (const list of lists) {
        for (const name of namesUnder(value, list.member)) {
          const origin = list.originOf(name);
          if (origin !== undefined) found.set(`${list.member} ${name}`, { member: list.member, name, origin });
        }
      }
      Object.values(value).forEach(look);
    }
  };
  look(config);
  return [...found.values()];
}

/** One name, or a list of them under the plural. */
function namesUnder(value: { readonly [name: string]: unknown }, member: string): string[] {
  const given = [value[member], value[`${member}s`]].flat();
  return given.filter((name): name is string => typeof name === 'string');
}

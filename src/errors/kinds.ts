import { isPlainObject } from '../contracts/json.js';
import type { Kind, Kinds } from './check-call.js';

const kind = (expected: string, holds: Kind['holds']): Kind => Object.freeze({ expected, holds });

export const aText = kind('a text', (value) => typeof value === 'string');
export const aNumber = kind('a number', (value) => typeof value === 'number');
export const aBoolean = kind('true or false', (value) => typeof value === 'boolean');
/** No class: it would be called without `new`. */
export const aFunction = kind(
  'a function',
  (value) => typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)),
);

/** A Map, a Date and their kin have nothing of what their members say. */
const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  isPlainObject(value) && /^\[object (?:Object|Module)\]$/.test(Object.prototype.toString.call(value));

export const anObject = kind('an object', isObject);
/** Of JSON that is one value. */
export const aPrimitive = kind(
  'a text, a number, true, false or null',
  (value) => value === null || /^(string|number|boolean)$/.test(typeof value),
);

/** What a constructor of this package makes. @param made - how, such as `rollout.canary(...)`. */
export const made = (made: string, isMade: (value: { readonly [name: string]: unknown }) => boolean): Kind =>
  kind(made, (value) => isPlainObject(value) && isMade(value));

export const oneOfWords = (...words: readonly string[]): Kind =>
  kind(words.map((word) => `'${word}'`).join(' or '), (value) => words.includes(value as string));

export const either = (...kinds: readonly Kind[]): Kind =>
  Object.freeze({
    ...kind(kinds.map(({ expected }) => expected).join(' or '), (value) => kinds.some(({ holds }) => holds(value))),
    kinds,
  });

export const listOf = (item: Kind): Kind => Object.freeze({ ...kind('a list', Array.isArray), members: item });

/** An object whose names are the author's own. */
export const recordOf = (member: Kind): Kind => Object.freeze({ ...kind('an object', isObject), members: member });

export const optional = (given: Kind): Kind => Object.freeze({ ...given, optional: true });

/** An object of options by name. */
export const optionsOf = (options: Kinds): Kind => Object.freeze({ ...kind('an object of options', isObject), options });

export const aPipeline = made(
  'a pipeline, as definePipeline(...) gives it',
  ({ plan, name }) => isPlainObject(plan) && Array.isArray(plan['steps']) && typeof name === 'string',
);

/** What has the plan of a pipeline. */
export const aPlanned = made(
  'a pipeline, as definePipeline(...) gives it',
  ({ plan }) => isPlainObject(plan) && Array.isArray(plan['steps']) && isPlainObject(plan['parameters']),
);

/** A store, or where it is. */
export const aStore = either(
  aText,
  made('an open store', (store) => ['get', 'put', 'list'].every((name) => typeof store[name] === 'function')),
);

export const aSecretProvider = made('a provider of secrets: { place, read }', ({ read }) => typeof read === 'function');

/** A constructor of kinds, as `check.notNull`, or another holder of the `kind` that it has. */
export const aKind: Kind = Object.freeze({
  expected: 'the constructor of a kind',
  holds: (value: unknown) =>
    (typeof value === 'function' || isPlainObject(value)) && isPlainObject((value as { readonly kind?: unknown }).kind),
});

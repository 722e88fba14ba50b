import { types } from 'node:util';
import type { JsonValue } from '../../contracts/json.js';
import { sha256Hex } from '../../store/hash.js';
import { isReference } from '../references/reference.js';
import type { AnyFunction } from './scope-reader.js';

/** More parts than this are not compared: such a value belongs into an input. */
const MOST_PARTS = 100_000;

/** Thrown for a value that two processes cannot compare; the message says what it is. */
export class Incomparable extends Error {}

/**
 * A value as JSON that is equal exactly when the values say the same: undefined, NaN, -0, bigints, dates, maps, sets and bytes included, the
 * order of keys too. Functions are described by `ofFunction`. Throws `Incomparable` for whatever has state of another kind: instances of
 * classes, proxies, accessors, promises, symbols.
 */
export class ValueDescriber {
  readonly #ofFunction: (run: AnyFunction, describer: ValueDescriber) => JsonValue;
  readonly #seen = new Map<object, number>();
  #parts = 0;

  constructor(ofFunction: (run: AnyFunction, describer: ValueDescriber) => JsonValue) {
    this.#ofFunction = ofFunction;
  }

  describe(value: unknown): JsonValue {
    if (++this.#parts > MOST_PARTS) throw new Incomparable('a value of too many parts');
    if (typeof value === 'object' && value !== null) return this.#ofObject(value);
    if (typeof value === 'function') return this.#once(value, () => this.#ofFunction(value as AnyFunction, this));
    if (typeof value === 'symbol') throw new Incomparable('a symbol');
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
    return [typeof value, Object.is(value, -0) ? '-0' : `${value as number | bigint}`];
  }

  #ofObject(value: object): JsonValue {
    if (isReference(value)) throw new Incomparable('a reference, which has no value inside a step: pass it in `inputs`');
    if (types.isProxy(value)) throw new Incomparable('a proxy');
    return this.#once(value, () => this.#content(value));
  }

  #content(value: object): JsonValue {
    if (Array.isArray(value)) return ['array', ...(value as unknown[]).map((item) => this.describe(item))];
    if (types.isDate(value)) return ['date', String(value.getTime())];
    if (types.isRegExp(value)) return ['regexp', value.source, value.flags];
    if (types.isMap(value)) return ['map', ...[...value].map(([key, item]) => [this.describe(key), this.describe(item)])];
    if (types.isSet(value)) return ['set', ...[...value].map((item) => this.describe(item))];
    if (ArrayBuffer.isView(value))
      return ['bytes', nameOf(value), sha256Hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
    if (types.isAnyArrayBuffer(value)) return ['bytes', nameOf(value), sha256Hex(new Uint8Array(value))];
    if (!isPlain(value)) throw new Incomparable(`an instance of ${nameOf(value)}`);
    return ['object', ...this.membersOf(value)];
  }

  /** What is written on the value itself. */
  membersOf(value: object): JsonValue[] {
    const members = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable === true);
    if (Object.getOwnPropertySymbols(value).some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol)))
      throw new Incomparable('an object with a symbol for a key');
    return members.map(([name, { value: member, ...accessors }]) => {
      if (accessors.get !== undefined || accessors.set !== undefined)
        throw new Incomparable(`an object whose "${name}" is computed`);
      return [name, this.describe(member)];
    });
  }

  /** A value that comes again is told by its number: what refers to itself has an end. */
  #once(value: object, content: () => JsonValue): JsonValue {
    const number = this.#seen.get(value);
    if (number !== undefined) return ['again', number];
    this.#seen.set(value, this.#seen.size);
    return content();
  }
}

/** An error of this realm or of another one. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: { readonly name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'a class without a name';
}

import type { JsonPrimitive } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';

declare const RESULT: unique symbol;

/** Stands for the result of a step before any run: what steps, conditions and options take. Using it as a value throws. */
export interface Ref<Result = unknown> {
  readonly [RESULT]: Result;
}

/**
 * What the builder gives for a step: a `Ref` that offers the fields of the result as references, at any depth. `score.metrics.auc` stands
 * wherever `score` does. A field that the recorded result lacks fails the step that uses it, with a code.
 */
export type Reference<Result = unknown> = Ref<Result> & Fields<Result>;

/** The fields of a result as references; of one that may be null, those that it has when it is not. A list has none: its length is open. */
export type Fields<Result> = [Extract<NonNullable<Result>, JsonPrimitive | readonly unknown[]>] extends [never]
  ? { readonly [Name in keyof NonNullable<Result> as FieldName<Name>]-?: Reference<NonNullable<Result>[Name]> }
  : unknown;

type FieldName<Name> = Name extends string ? (Name extends ReservedName ? never : Name) : never;

/** Every object of JavaScript has these, so that they cannot be fields of a reference. */
type ReservedName =
  | 'constructor'
  | 'hasOwnProperty'
  | 'isPrototypeOf'
  | 'propertyIsEnumerable'
  | 'toJSON'
  | 'toLocaleString'
  | 'toString'
  | 'valueOf';

/** The value type behind a reference. */
export type ResultOf<R> = R extends Ref<infer Result> ? Result : never;

/** What a reference names: a step, and the path of a field in its result; the path is empty for a whole result. */
interface Named {
  readonly base: Ref;
  readonly path: readonly string[];
  /** In words: `step "train"`. */
  readonly words: string;
  /** References of fields that were asked for: the same field is the same reference. */
  readonly fields: Map<string, Ref>;
}

/** State of each reference, by the reference and by the object behind it. */
const named = new WeakMap<object, Named>();

/** The run-time object behind every `Ref`: refuses to be a string, a number or JSON. */
class ReferenceTarget {
  toJSON(): never {
    return refuse(this, 'JSON');
  }

  toString(): never {
    return refuse(this, 'a string');
  }

  [Symbol.toPrimitive](hint: string): never {
    return refuse(this, hint === 'number' ? 'a number' : 'a string');
  }

  /** What `console.log` of Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `[reference to ${wordsOf(this)}]`;
  }
}

const wordsOf = (reference: object): string => named.get(reference)?.words ?? 'a step';

function refuse(reference: object, as: string): never {
  throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
    what: `the reference to ${wordsOf(reference)} was used as ${as}`,
    where: 'a pipeline definition',
  });
}

/** Any name gives a field, but the names that every object has, and symbols: with those JavaScript asks what kind of value it has. */
const OFFER_FIELDS: ProxyHandler<ReferenceTarget> = {
  get: (target, name) =>
    typeof name === 'symbol' || name in target ? (Reflect.get(target, name) as unknown) : fieldAt(target, name),
};

function fieldAt(target: ReferenceTarget, name: string): Ref | undefined {
  const owner = named.get(target);
  if (owner === undefined) return undefined;
  const known = owner.fields.get(name);
  if (known !== undefined) return known;
  const path = [...owner.path, name];
  const field = create(`the field "${path.join('.')}" of ${wordsOf(owner.base)}`, { base: owner.base, path });
  owner.fields.set(name, field);
  return field;
}

function create(words: string, of: Pick<Named, 'base' | 'path'> | null): Ref {
  const target = Object.freeze(new ReferenceTarget());
  const reference = new Proxy(target, OFFER_FIELDS) as unknown as Ref;
  const name: Named = { base: of?.base ?? reference, path: of?.path ?? [], words, fields: new Map() };
  named.set(target, name);
  named.set(reference, name);
  return reference;
}

/** The step's own reference and the path inside its result; the path is empty for a whole result. */
export function fieldOf(reference: Ref): { readonly base: Ref; readonly path: readonly string[] } {
  return named.get(reference) ?? { base: reference, path: [] };
}

/** The one place where a run-time reference gets its compile-time type. */
export function createReference<R extends Ref>(step: string): R {
  return create(`step "${step}"`, null) as R;
}

export function isReference(value: unknown): value is Ref {
  return value instanceof ReferenceTarget;
}

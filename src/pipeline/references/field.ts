import { checkCall } from '../../errors/check-call.js';
import { aText, listOf } from '../../errors/kinds.js';
import { aReference } from '../options/kinds.js';
import type { Ref } from './reference.js';
import { createFieldReference } from './reference.js';

/** Names of the fields of a result; of one that may be null, those that it has when it is not. */
type FieldOf<Result> = keyof NonNullable<Result> & string;
type At<Result, Name extends FieldOf<Result>> = NonNullable<Result>[Name];

/**
 * A field of a step's result, for conditions and as an input of other steps: `field(evaluation, 'metrics', 'roc_auc')`. Up to four names
 * deep; the compiler checks each. A field that the recorded result lacks fails the step that uses it, with a code.
 */
export function field<R, A extends FieldOf<R>>(reference: Ref<R>, a: A): Ref<At<R, A>>;
export function field<R, A extends FieldOf<R>, B extends FieldOf<At<R, A>>>(reference: Ref<R>, a: A, b: B): Ref<At<At<R, A>, B>>;
export function field<R, A extends FieldOf<R>, B extends FieldOf<At<R, A>>, C extends FieldOf<At<At<R, A>, B>>>(
  reference: Ref<R>,
  a: A,
  b: B,
  c: C,
): Ref<At<At<At<R, A>, B>, C>>;
export function field<
  R,
  A extends FieldOf<R>,
  B extends FieldOf<At<R, A>>,
  C extends FieldOf<At<At<R, A>, B>>,
  D extends FieldOf<At<At<At<R, A>, B>, C>>,
>(reference: Ref<R>, a: A, b: B, c: C, d: D): Ref<At<At<At<At<R, A>, B>, C>, D>>;
export function field(reference: Ref, ...path: readonly string[]): Ref {
  checkCall('field', { reference, path }, { reference: aReference, path: listOf(aText) });
  return createFieldReference(reference, path);
}

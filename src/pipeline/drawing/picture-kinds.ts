import { isPlainObject } from '../../contracts/json.js';
import { checkCall } from '../../errors/check-call.js';
import { aBoolean, anObject, listOf, made, optional, optionsOf } from '../../errors/kinds.js';

const aPlan = made(
  'the plan of a pipeline',
  ({ pipeline, hash, steps }) =>
    typeof pipeline === 'string' && typeof hash === 'string' && Array.isArray(steps) && steps.every(isPlainObject),
);

/** Every picture is drawn of a plan, with or without states. AUTHORING_OPTION_INVALID. */
export function checkPicture(constructor: string, plan: unknown, options: unknown): void {
  const kinds = { states: optional(listOf(anObject)), colours: optional(aBoolean) };
  checkCall(constructor, { plan, options }, { plan: aPlan, options: optionsOf(kinds) });
}

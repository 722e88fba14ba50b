import { aNumber, anObject, either, listOf, optional } from '../errors/kinds.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { checkDefinition } from '../kinds/check-definition.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { aDuration } from '../pipeline/options/kinds.js';
import { checkWritten } from '../pipeline/options/problems.js';
import { rolloutOptionKinds } from '../pipeline/options/rollout.js';
import { type RolloutConstructor, type RolloutDefinition, type RolloutKind, rolloutKind } from './rollout-kind.js';
import { canary } from './rollouts/canary.js';

/** Every roll-out by the name that the plan has of it. */
export const ROLLOUTS = createKindList<RolloutKind>('roll-out', 'strategy', [canary.kind]);

checkWritten(ROLLOUTS, {
  members: () => ({
    weights: listOf(aNumber),
    bake: either(aDuration, listOf(aDuration)),
    options: optional(anObject),
    ...rolloutOptionKinds,
  }),
  problems: () => [],
});

/** What the plan holds of every roll-out beside its options. */
const TAKEN = ['strategy', 'weights', 'bakeMs', 'bakesMs', 'health', 'onInconclusive'];

/**
 * Adds a roll-out of one's own and gives its constructor: `linear({ step: 20, every: '10 minutes' })`. Readiness, health after each bake, the way
 * back and the promotion stay as they are for all roll-outs.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`.
 */
export function defineRollout<const Schema extends OptionsSchema>(
  definition: RolloutDefinition<Schema>,
): RolloutConstructor<Schema> {
  checkDefinition('roll-out', definition, { functions: ['plan'] });
  const taken = TAKEN.filter((name) => Object.hasOwn(definition.options.properties, name));
  if (taken.length > 0) {
    throw new PipelineError('EXTENSION_INVALID', {
      what: `every roll-out has ${taken.join(', ')} already`,
      expected: 'other names of options',
    });
  }
  const made = rolloutKind(definition);
  ROLLOUTS.add(made.kind, { files: filesOfCallers(defineRollout) });
  return made;
}

export { canary };

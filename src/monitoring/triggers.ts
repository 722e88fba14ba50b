import { checkDefinition } from '../kinds/check-definition.js';
import { checkOptions } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import { createKindList } from '../kinds/kind-list.js';
import { type GivenOptions, withDefaults } from '../kinds/options-of.js';
import { filesOfCallers } from '../modules/defining-file.js';
import type { WindowTrigger } from '../pipeline/kinds/triggers.js';
import type { SettingsOf } from '../pipeline/references/parameter-reference.js';
import type { TriggerDefinition, TriggerKind } from './trigger-kind.js';

/**
 * The triggers that look at closed windows, by name: those that somebody defined. `on.drift()` and the others of `on.` are decided by the
 * workflow of the continuous training, which holds no code from outside.
 */
export const WINDOW_TRIGGERS = createKindList<TriggerKind>('trigger', 'trigger', []);

/** The constructor of a trigger, for `on` of `p.retrain`: `missingValues(orders.amount)`. */
export interface TriggerConstructor<Schema extends OptionsSchema> {
  (options?: SettingsOf<GivenOptions<Schema>>): WindowTrigger;
  readonly kind: TriggerKind;
}

/**
 * Adds a reason to train again and gives its constructor, which `on` of `p.retrain` takes. It decides where the monitor closes a window, in a
 * worker that has loaded the file which defines it.
 * @throws PipelineError `EXTENSION_INVALID`, `EXTENSION_NAME_TAKEN`. When it decides on something other than a text or null, the window fails with
 *   `EXTENSION_RESULT_INVALID`.
 */
export function defineTrigger<const Schema extends OptionsSchema>(
  definition: TriggerDefinition<Schema>,
): TriggerConstructor<Schema> {
  checkDefinition('trigger', definition, { functions: ['decide'] });
  const kind = Object.freeze({ ...definition }) as unknown as TriggerKind;
  WINDOW_TRIGGERS.add(kind, { files: filesOfCallers(defineTrigger) });
  const construct = (options: object = {}): WindowTrigger => {
    checkOptions(kind.name, kind, options);
    return Object.freeze({
      on: 'window',
      trigger: kind.name,
      options: Object.freeze(withDefaults(kind.options, { ...options })),
    });
  };
  return Object.freeze(Object.assign(construct, { kind }));
}

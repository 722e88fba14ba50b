import type { OptionsSchema } from '../../kinds/json-schema.js';
import type { OptionReader } from '../lint/issues.js';
import { problemsOf } from '../options/problems.js';

/** Where a trainer keeps what its options may be: no part of the plan. */
export const OPTIONS_SCHEMA: unique symbol = Symbol('options');

/** A trainer and its settings, which are its other members; becomes a `TrainerSpec` in the plan. */
export interface Trainer {
  readonly trainer: string;
  readonly [OPTIONS_SCHEMA]?: OptionsSchema;
}

/** Reports numbers outside their range; of a trainer that is written as plain JSON, every missing, wrong and unknown option. */
export function lintTrainer(trainer: Trainer, read: OptionReader): void {
  if (trainer[OPTIONS_SCHEMA] === undefined) {
    for (const { option, message } of problemsOf(trainer, 'trainer')) read.at(option).report('trainer-option', message);
    return;
  }
  const settings: { readonly [name: string]: unknown } = { ...trainer };
  for (const [name, option] of Object.entries(trainer[OPTIONS_SCHEMA].properties)) {
    const { type, minimum, exclusiveMinimum, maximum } = option;
    const value = settings[name];
    if ((type !== 'number' && type !== 'integer') || typeof value !== 'number') continue;
    if (exclusiveMinimum !== undefined && !(value > exclusiveMinimum)) {
      read.at(name).number(value, { min: exclusiveMinimum, open: true });
      continue;
    }
    read
      .at(name)
      .number(value, {
        ...(minimum === undefined ? {} : { min: minimum }),
        ...(maximum === undefined ? {} : { max: maximum }),
        integer: type === 'integer',
      });
  }
}

import { checkCall } from '../../errors/check-call.js';
import { optionsOf } from '../../errors/kinds.js';
import type { Duration } from '../duration.js';
import { aDuration } from '../options/kinds.js';

/** How rows are parted into train and test. */
export interface TimeSplit {
  readonly by: 'time';
  readonly test: Duration;
}

/** The newest `test` of event time becomes the test split: the model is judged on what came after its training rows. */
export function byTime(options: { readonly test: Duration }): TimeSplit {
  checkCall('split.byTime', { options }, { options: optionsOf({ test: aDuration }) });
  return Object.freeze({ by: 'time', test: options.test });
}

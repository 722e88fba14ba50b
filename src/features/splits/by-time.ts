import { epochMsSql } from '../../contracts/epoch-ms.js';
import { timestampLiteral } from '../../data/event-time.js';
import { checkCall } from '../../errors/check-call.js';
import { optionsOf } from '../../errors/kinds.js';
import type { Duration } from '../../pipeline/duration.js';
import { aDuration } from '../../pipeline/options/kinds.js';
import type { Split } from '../../pipeline/options/split.js';
import { splitKind } from '../split-kind.js';

const inMilliseconds = splitKind('split.byTime', {
  name: 'time',
  column: null,
  options: {
    properties: { testMs: { title: 'milliseconds above 0', type: 'number', exclusiveMinimum: 0 } },
    required: ['testMs'],
  },
  sides: async ({ rows, eventTime, options: { testMs }, query }) => {
    const [newest] = await query(`SELECT ${epochMsSql(`max(${eventTime})`)} AS ms FROM ${rows}`);
    const cut = timestampLiteral(Number(newest?.['ms']) - testMs);
    return { train: `${eventTime} <= ${cut}`, test: `${eventTime} > ${cut}` };
  },
});

/**
 * The newest `test` of event time becomes the test split: the model is judged on what came after its training rows. They are the rows less than
 * `test` before the newest row, so that 365 days of daily rows are 365 rows.
 */
export const byTime = Object.assign(
  (options: { readonly test: Duration }): Split<never> => {
    checkCall('split.byTime', { options }, { options: optionsOf({ test: aDuration }) });
    return Object.freeze({ ...inMilliseconds({ testMs: 1 }), options: {}, durations: { test: options.test } });
  },
  { kind: inMilliseconds.kind },
);

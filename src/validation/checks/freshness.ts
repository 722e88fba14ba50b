import { epochMsSql } from '../../contracts/epoch-ms.js';
import { checkCall } from '../../errors/check-call.js';
import { optionsOf } from '../../errors/kinds.js';
import { isoInstant } from '../../data/event-time.js';
import type { Duration } from '../../pipeline/duration.js';
import type { Check, CheckOptions } from '../../pipeline/options/check.js';
import { checkOptionKinds } from '../../pipeline/options/check.js';
import { aDuration } from '../../pipeline/options/kinds.js';
import { checkKind } from '../check-kind.js';

const inMilliseconds = checkKind('check.freshness', {
  name: 'freshness',
  column: 'event time',
  options: { properties: { maxMs: { title: 'milliseconds, 0 or more', type: 'number', minimum: 0 } }, required: ['maxMs'] },
  changesWithTime: true,
  measure: ({ column: { sql }, options: { maxMs }, untilMs }) => {
    const oldest = untilMs - maxMs;
    return {
      expected: `a row at or after ${isoInstant(oldest)}`,
      aggregates: [epochMsSql(`max(${sql})`)],
      judge: ([newest]) =>
        typeof newest === 'number'
          ? { passed: newest >= oldest, observed: isoInstant(newest), failingRows: 0 }
          : { passed: false, observed: null, failingRows: 0 },
    };
  },
});

/** The newest event time is at most `max` before the end of the ingested window, or before now when there is none. */
export const freshness = Object.assign(
  (given: { readonly max: Duration } & CheckOptions): Check<never> => {
    checkCall('check.freshness', { options: given }, { options: optionsOf({ max: aDuration, ...checkOptionKinds }) });
    const { max, ...options } = given;
    return Object.freeze({ ...inMilliseconds({ maxMs: 0, ...options }), arguments: {}, durations: { max } });
  },
  { kind: inMilliseconds.kind },
);

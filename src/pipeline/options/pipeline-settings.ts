import type { Kind, Kinds } from '../../errors/check-call.js';
import {
  aBoolean,
  aFunction,
  aNumber,
  anObject,
  aText,
  either,
  listOf,
  oneOfWords,
  optional,
  optionsOf,
  recordOf,
} from '../../errors/kinds.js';
import { WEEKDAYS } from '../schedule/schedules.js';
import { aDuration, someParameters } from './kinds.js';
import { aChangeTrigger, aNotifier } from './given-values.js';

const HOOKS = optionsOf({
  onSuccess: optional(listOf(aNotifier)),
  onFailure: optional(listOf(aNotifier)),
  onBlocked: optional(listOf(aNotifier)),
  onSlow: optional(optionsOf({ after: aDuration, notify: listOf(aNotifier) })),
});

const oneOrMore = (kind: Kind): Kind => optional(either(kind, listOf(kind)));

const SCHEDULE = optionsOf({
  cron: optional(aText),
  every: optional(aDuration),
  offset: optional(aDuration),
  calendar: optional(
    optionsOf({
      minute: oneOrMore(aNumber),
      hour: oneOrMore(aNumber),
      dayOfMonth: oneOrMore(aNumber),
      month: oneOrMore(aNumber),
      dayOfWeek: oneOrMore(oneOfWords(...WEEKDAYS)),
    }),
  ),
  timezone: optional(aText),
  jitter: optional(aDuration),
  overlap: optional(aText),
  catchUp: optional(aDuration),
  pauseOnFailure: optional(aBoolean),
  description: optional(aText),
  params: optional(anObject),
});

/** What `definePipeline` takes. */
export const PIPELINE_KINDS = {
  name: aText,
  options: optionsOf({
    params: optional(someParameters),
    hooks: optional(HOOKS),
    triggers: optional(listOf(aChangeTrigger)),
    schedules: optional(recordOf(SCHEDULE)),
    concurrency: optional(optionsOf({ runs: aNumber })),
    team: optional(aText),
    priority: optional(aNumber),
  }),
  build: aFunction,
} as const satisfies Kinds;

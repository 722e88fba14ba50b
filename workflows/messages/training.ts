import { isPlainObject } from '../../src/contracts/json.js';
import type { TrainingSignal } from '../../src/contracts/entities/continuous-training.js';
import {
  broken,
  fieldsOf,
  FUTURE_MS,
  isCount,
  isDuration,
  isNumber,
  isText,
  isTextUpTo,
  isTime,
  isUpTo,
  LONGEST_ID,
  LONGEST_NAME,
  LONGEST_REASON,
  optional,
  type Rule,
} from './rules.js';

const KINDS: readonly TrainingSignal['kind'][] = ['drift', 'performance', 'new_rows', 'cron', 'window', 'manual'];
const TRIGGERS: readonly unknown[] = ['drift', 'performance', 'new_rows', 'cron', 'window'];
const MOST_ROWS = 1e15;
const MOST_TRIGGERS = 100;
const MOST_RUNS = 10_000;
const PARAMETER_BYTES = 16 * 1_024;

/** Problems of a payload of the signal `trigger` at this time, ms; empty when valid. */
export function triggerProblems(signal: unknown, nowMs: number): string[] {
  const { id, kind, at, column, metric, trigger, rows, score, threshold, by, reason } = fieldsOf(signal);
  return broken([
    [isTextUpTo(id, LONGEST_ID), `\`id\` must be a text of at most ${LONGEST_ID} characters`],
    ...kindRules(kind),
    ...timeRules(at, nowMs),
    ...textRules({ column, metric, trigger, by }, LONGEST_NAME),
    ...textRules({ reason }, LONGEST_REASON),
    [optional(rows, (given) => isCount(given, MOST_ROWS)), `\`rows\` must be a whole number, 0 to ${MOST_ROWS}`],
    ...numberRules({ score, threshold }),
  ]);
}

/** The same for runs that began when nothing but the kinds of values was looked at: they decide again as they did. */
export function oldTriggerProblems(signal: unknown): string[] {
  const { id, kind, at, rows, score, threshold } = fieldsOf(signal);
  return broken([
    [isText(id), '`id` must be a text'],
    ...kindRules(kind),
    [typeof at === 'string' && /^\d{4}-/.test(at) && !Number.isNaN(Date.parse(at)), '`at` must be an ISO date or time'],
    [optional(rows, (given) => isCount(given)), '`rows` must be a whole number, 0 or more'],
    ...numberRules({ score, threshold }),
  ]);
}

/** The signal without whatever else came with it. */
export function pickTrigger(signal: TrainingSignal): TrainingSignal {
  const { id, kind, at, column, metric, trigger, score, threshold, rows, by, reason } = signal;
  const given = Object.entries({ column, metric, trigger, score, threshold, rows, by, reason }).filter(
    ([, value]) => value !== undefined,
  );
  return { id, kind, at, ...Object.fromEntries(given) };
}

/** Problems of a payload of the signal `runFinished`. */
export function finishProblems(finished: unknown): string[] {
  const { workflowId, outcome } = fieldsOf(finished);
  return broken([
    [isTextUpTo(workflowId, LONGEST_ID), `\`workflowId\` must be a text of at most ${LONGEST_ID} characters`],
    [isTextUpTo(outcome, LONGEST_NAME), `\`outcome\` must be a text of at most ${LONGEST_NAME} characters`],
  ]);
}

/** Problems of a retrain policy for this model. `bounded` false: a policy from before there were bounds. */
export function policyProblems(policy: unknown, ownModel: string, bounded = true): string[] {
  const { model, pipeline, on, debounceMs, coolDownMs, budget, clock, window, parameters } = fieldsOf(policy);
  const { runs, perMs } = fieldsOf(budget);
  const { lengthMs, since, labelDelayMs, from, to } = fieldsOf(window);
  const [longest, triggers, most, bytes] = bounded
    ? [LONGEST_NAME, MOST_TRIGGERS, MOST_RUNS, PARAMETER_BYTES]
    : [Infinity, Infinity, Infinity, Infinity];
  return broken([
    [model === ownModel, `\`model\` must be "${ownModel}"`],
    [isTextUpTo(pipeline, longest), '`pipeline` must name a pipeline'],
    [
      Array.isArray(on) && on.length <= triggers && on.every(isTrigger),
      `\`on\` must list at most ${MOST_TRIGGERS} triggers: {on: drift | performance | new_rows | cron | window, ...}`,
    ],
    [isDuration(debounceMs), '`debounceMs` must be milliseconds, 0 or more'],
    [isDuration(coolDownMs), '`coolDownMs` must be milliseconds, 0 or more'],
    [
      isCount(runs, most) && isDuration(perMs),
      `\`budget\` must be {runs: a whole number up to ${MOST_RUNS}, perMs: milliseconds}`,
    ],
    [clock === 'event' || clock === 'wall', '`clock` must be event or wall'],
    [
      (lengthMs === null ? isTime(since) : isDuration(lengthMs) && since === undefined) &&
        isTextUpTo(from, longest) &&
        isTextUpTo(to, longest),
      '`window` must be {lengthMs: milliseconds, from: name of a parameter, to: name of a parameter}, or {lengthMs: null, since: ISO date, from, to} for all rows since then',
    ],
    [optional(labelDelayMs, isDuration), '`window.labelDelayMs` must be milliseconds, 0 or more'],
    [
      isPlainObject(parameters) && isUpTo(parameters, bytes),
      `\`parameters\` must be an object of at most ${PARAMETER_BYTES} bytes`,
    ],
    // What we do not read is kept anyway.
    [isUpTo(policy, 4 * bytes), `a policy has at most ${4 * PARAMETER_BYTES} bytes`],
  ]);
}

/** Problems of the input of an update that a person sends: `by` always, the named texts and `at` when present. */
export function requestProblems(request: unknown, nowMs: number, texts: readonly string[] = []): string[] {
  const fields = fieldsOf(request);
  const { by, at } = fields;
  return broken([
    [isTextUpTo(by, LONGEST_NAME), `\`by\` must be a text that is not empty, of at most ${LONGEST_NAME} characters`],
    ...texts.map((name): Rule => [isText(fields[name]), `\`${name}\` must be a text that is not empty`]),
    ...textRules({ reason: fields['reason'] }, LONGEST_REASON),
    [isUpTo(request, PARAMETER_BYTES), `a message has at most ${PARAMETER_BYTES} bytes`],
    ...(at === undefined ? [] : timeRules(at, nowMs)),
  ]);
}

/** Problems of the input of the update `pause`. */
export function pauseProblems(request: unknown, nowMs: number): string[] {
  const { paused } = fieldsOf(request);
  return [...broken([[typeof paused === 'boolean', '`paused` must be true or false']]), ...requestProblems(request, nowMs)];
}

/** Problems of the input of the update `promote`. */
export function promotionProblems(request: unknown, nowMs: number): string[] {
  const { version } = fieldsOf(request);
  const isVersion = isCount(version) && version !== 0;
  return [...broken([[isVersion, '`version` must be the number of a version']]), ...requestProblems(request, nowMs, ['reason'])];
}

function timeRules(at: unknown, nowMs: number): readonly Rule[] {
  if (!isTime(at)) return [[false, '`at` must be an ISO date or time']];
  const latest = new Date(nowMs + FUTURE_MS).toISOString().slice(0, 10);
  // On the event clock a time far ahead would hold every later trigger back until then.
  return [[Date.parse(at) <= nowMs + FUTURE_MS, `\`at\` must not lie after ${latest}, two days from now`]];
}

function textRules(texts: { readonly [name: string]: unknown }, longest: number): readonly Rule[] {
  return Object.entries(texts).map(([name, text]): Rule => [
    text === undefined || (typeof text === 'string' && text.length <= longest),
    `\`${name}\` must be a text of at most ${longest} characters`,
  ]);
}

const kindRules = (kind: unknown): readonly Rule[] => [
  [(KINDS as readonly unknown[]).includes(kind), `\`kind\` must be one of ${KINDS.join(', ')}`],
];

const numberRules = (numbers: { readonly [name: string]: unknown }): readonly Rule[] =>
  Object.entries(numbers).map(([name, value]): Rule => [optional(value, isNumber), `\`${name}\` must be a number`]);

function isTrigger(trigger: unknown): boolean {
  const { on, rows, trigger: name } = fieldsOf(trigger);
  return TRIGGERS.includes(on) && (on !== 'new_rows' || isCount(rows)) && (on !== 'window' || isTextUpTo(name, LONGEST_NAME));
}

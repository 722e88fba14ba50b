import type { TrainingSignal } from '../src/contracts/continuous-training.js';

/** What comes in from outside is JSON that anybody may have typed: a wrong one must be turned away, for it would stop the entity. */

const KINDS: readonly TrainingSignal['kind'][] = ['drift', 'performance', 'new_rows', 'cron', 'manual'];
const TRIGGERS: readonly unknown[] = ['drift', 'performance', 'new_rows', 'cron'];
/** Times stay within what a date can hold. */
const LONGEST_MS = 100 * 366 * 86_400_000;

type Fields = { readonly [name: string]: unknown };
type Rule = readonly [holds: boolean, expected: string];

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value));
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isDuration = (value: unknown): boolean => isNumber(value) && Number(value) >= 0 && Number(value) <= LONGEST_MS;
const broken = (rules: readonly Rule[]): string[] => rules.filter(([holds]) => !holds).map(([, expected]) => expected);

/** What is wrong with a payload of the signal `trigger`; empty when nothing is. */
export function triggerProblems(signal: unknown): string[] {
  const { id, kind, at, rows, score, threshold } = fieldsOf(signal);
  return broken([
    [isText(id), '`id` must be a text'],
    [(KINDS as readonly unknown[]).includes(kind), `\`kind\` must be one of ${KINDS.join(', ')}`],
    [isTime(at), '`at` must be an ISO date or time'],
    [rows === undefined || isCount(rows), '`rows` must be a whole number, 0 or more'],
    [score === undefined || isNumber(score), '`score` must be a number'],
    [threshold === undefined || isNumber(threshold), '`threshold` must be a number'],
  ]);
}

/** What is wrong with a payload of the signal `runFinished`. */
export function finishProblems(finished: unknown): string[] {
  const { workflowId, outcome } = fieldsOf(finished);
  return broken([
    [isText(workflowId), '`workflowId` must be a text'],
    [isText(outcome), '`outcome` must be a text'],
  ]);
}

/** What is wrong with a retrain policy for this model. */
export function policyProblems(policy: unknown, ownModel: string): string[] {
  const { model, pipeline, on, debounceMs, coolDownMs, budget, clock, window, parameters } = fieldsOf(policy);
  const { runs, perMs } = fieldsOf(budget);
  const { lengthMs, since, from, to } = fieldsOf(window);
  return broken([
    [model === ownModel, `\`model\` must be "${ownModel}"`],
    [isText(pipeline), '`pipeline` must name a pipeline'],
    [Array.isArray(on) && on.every(isTrigger), '`on` must list triggers: {on: drift | performance | new_rows | cron, ...}'],
    [isDuration(debounceMs), '`debounceMs` must be milliseconds, 0 or more'],
    [isDuration(coolDownMs), '`coolDownMs` must be milliseconds, 0 or more'],
    [isCount(runs) && isDuration(perMs), '`budget` must be {runs: a whole number, perMs: milliseconds}'],
    [clock === 'event' || clock === 'wall', '`clock` must be event or wall'],
    [
      (lengthMs === null ? isTime(since) : isDuration(lengthMs) && since === undefined) && isText(from) && isText(to),
      '`window` must be {lengthMs: milliseconds, from: name of a parameter, to: name of a parameter}, or {lengthMs: null, since: ISO date, from, to} for all rows since then',
    ],
    [typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters), '`parameters` must be an object'],
  ]);
}

/** What is wrong with the input of an update that a person sends: `by` always, the named texts and `at` when present. */
export function requestProblems(request: unknown, texts: readonly string[] = []): string[] {
  const fields = fieldsOf(request);
  const { at } = fields;
  return broken([
    ...['by', ...texts].map((name): Rule => [isText(fields[name]), `\`${name}\` must be a text that is not empty`]),
    [at === undefined || isTime(at), '`at` must be an ISO date or time'],
  ]);
}

/** What is wrong with the input of the update `pause`. */
export function pauseProblems(request: unknown): string[] {
  const { paused } = fieldsOf(request);
  return [...broken([[typeof paused === 'boolean', '`paused` must be true or false']]), ...requestProblems(request)];
}

function isTrigger(trigger: unknown): boolean {
  const { on, rows } = fieldsOf(trigger);
  return TRIGGERS.includes(on) && (on !== 'new_rows' || isCount(rows));
}

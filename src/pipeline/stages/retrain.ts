import { CronExpressionParser } from 'cron-parser';
import { isJsonObject, isPlainObject } from '../../contracts/json.js';
import { type Kinds, type Problem, problemsIn } from '../../errors/check-call.js';
import { aNumber, anObject, aText, optionsOf } from '../../errors/kinds.js';
import type { ParameterInput, ParameterShape } from '../../schema/parameter.js';
import { checkParameters } from '../../schema/validate-parameters.js';
import type { DraftStep, PipelineDraft } from '../draft/draft.js';
import type { Duration } from '../duration.js';
import type { OptionReader } from '../lint/issues.js';
import type { StepOptions } from '../options/step-options.js';
import type { Trigger } from '../kinds/triggers.js';
import { reasonOf } from '../../errors/describe-thrown.js';

type DateParameter<Shape extends ParameterShape> = string extends keyof Shape
  ? string
  : { [Name in keyof Shape]: Shape[Name]['format'] extends 'date' ? Name : never }[keyof Shape] & string;

interface RetrainSettings {
  readonly on: readonly Trigger[];
  /** How long to gather signals before deciding; default 1 minute. */
  readonly debounce?: Duration;
  /** Shortest time between two starts; default 12 hours. */
  readonly coolDown?: Duration;
  /** At most `runs` starts in any stretch of `per`; default 3 in 7 days. */
  readonly budget?: { readonly runs: number; readonly per: Duration };
  /** Whether cool-down and budget read the time of the data or the wall's (default). */
  readonly clock?: 'event' | 'wall';
}

export interface RetrainOptions<Shape extends ParameterShape = ParameterShape> extends StepOptions, RetrainSettings {
  /**
   * The rows to train on, and the date parameters that say so: `all` (default) from the start of the first run up to the newest trigger, or
   * those of a `newest` stretch of time; `from` and `to`.
   */
  readonly window?: {
    readonly newest?: 'all' | Duration;
    /** How old rows must be for their labels to be known; default: the labels' delay of the monitor, or none. */
    readonly labelDelay?: Duration;
    readonly from?: DateParameter<Shape>;
    readonly to?: DateParameter<Shape>;
  };
  /** Other parameters of the started runs. */
  readonly parameters?: Partial<ParameterInput<Shape>>;
}

/** What `retrainConfig` needs of its options, whatever the compiler knows of the parameters. */
interface RetrainDeclaration extends RetrainSettings {
  readonly window?: {
    readonly newest?: 'all' | Duration;
    readonly labelDelay?: Duration;
    readonly from?: string;
    readonly to?: string;
  };
  readonly parameters?: object;
}

/** Any date: stands for what the window writes while the other parameters are checked. */
const SOME_DATE = '2000-01-01';

/** Becomes a `RetrainConfig`. */
export function retrainConfig(
  options: RetrainDeclaration,
  model: string,
  draft: PipelineDraft,
  read: OptionReader,
  after: DraftStep | null,
): object {
  const { on, debounce = '1 minute', coolDown = '12 hours', budget = { runs: 3, per: '7 days' }, clock = 'wall' } = options;
  const { newest = 'all', from = 'from', to = 'to' } = options.window ?? {};
  const parameters = presentOf(options.parameters ?? {});
  if (on.length === 0) read.at('on').report('range', 'expected at least one trigger');
  for (const [index, trigger] of on.entries()) lintTrigger(trigger, read.at(`on.${index}`));
  lintWindow({ from, to }, draft, read.at('window'));
  const { problems } = checkParameters(draft.parameters, { ...parameters, [from]: SOME_DATE, [to]: SOME_DATE });
  for (const { path, expected, received } of problems) {
    if (path !== from && path !== to)
      read.at(`parameters.${path}`).report('retrain-parameters', `expected ${expected}, got ${received}`);
  }
  const labelDelayMs =
    options.window?.labelDelay === undefined
      ? monitoredDelayMs(after)
      : read.at('window.labelDelay').duration(options.window.labelDelay, { positive: false });
  const rows = { ...(labelDelayMs === 0 ? {} : { labelDelayMs }), from, to };
  return {
    model,
    pipeline: draft.name,
    on,
    debounceMs: read.at('debounce').duration(debounce, { positive: false }),
    coolDownMs: read.at('coolDown').duration(coolDown, { positive: false }),
    budget: {
      runs: read.at('budget.runs').number(budget.runs, { min: 1, integer: true }),
      perMs: read.at('budget.per').duration(budget.per),
    },
    clock,
    window:
      newest === 'all'
        ? { lengthMs: null, since: { $param: from }, ...rows }
        : { lengthMs: read.at('window.newest').duration(newest), ...rows },
    parameters,
  };
}

/** How late the labels of the monitor may be, ms; 0 of a step that is none. */
function monitoredDelayMs(after: DraftStep | null): number {
  const labels = after?.config['labels'];
  if (!isJsonObject(labels)) return 0;
  const { delayMs } = labels;
  return typeof delayMs === 'number' ? delayMs : 0;
}

function presentOf(parameters: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

function lintWindow(window: { readonly from: string; readonly to: string }, draft: PipelineDraft, read: OptionReader): void {
  const dates = draft.dateParameters;
  for (const [key, name] of Object.entries(window)) {
    if (dates.includes(name)) continue;
    const known = dates.length === 0 ? 'it has no date parameter' : `its date parameters are ${dates.join(', ')}`;
    read.at(key).report('retrain-window', `the pipeline has no date parameter "${name}"; ${known}`);
  }
  if (window.from === window.to) read.report('retrain-window', `from and to are both "${window.from}"`);
}

/** What each reason to train again has beside its name. */
const TRIGGERS: { readonly [On in Trigger['on']]: Kinds } = {
  drift: {},
  performance: { metric: aText, below: aNumber },
  new_rows: { rows: aNumber },
  cron: { expression: aText, timezone: aText },
  window: { trigger: aText, options: anObject },
};
const isTrigger = (on: unknown): on is Trigger['on'] => typeof on === 'string' && Object.hasOwn(TRIGGERS, on);
const aTrigger = { expected: `one of ${Object.keys(TRIGGERS).join(', ')}`, holds: isTrigger };

/** Every missing, wrong and unknown member of a trigger that is written as plain JSON. */
function writtenProblems(given: unknown): readonly Problem[] {
  const on: unknown = isPlainObject(given) ? given['on'] : undefined;
  return isTrigger(on)
    ? problemsIn({ given }, { given: optionsOf({ on: aTrigger, ...TRIGGERS[on] }) })
    : problemsIn({ given: { on } }, { given: optionsOf({ on: aTrigger }) });
}

function lintTrigger(trigger: Trigger, read: OptionReader): void {
  const problems = writtenProblems(trigger);
  for (const { option, expected, received } of problems) read.at(option).report('range', `expected ${expected}, got ${received}`);
  if (problems.length > 0) return;
  if (trigger.on === 'new_rows') read.number(trigger.rows, { min: 1, integer: true });
  if (trigger.on !== 'cron') return;
  const { expression, timezone } = trigger;
  if (expression.trim().split(/\s+/).length !== 5) {
    read.report('cron', `expected five fields (minute hour day month weekday), got "${expression}"`);
    return;
  }
  try {
    CronExpressionParser.parse(expression, { tz: timezone }).next();
  } catch (error) {
    read.report('cron', `"${expression}" in time zone "${timezone}" has no next moment: ${reasonOf(error)}`);
  }
}

import { isPlainObject } from '../../contracts/json.js';
import { checkCall, type Kind, type Kinds } from '../../errors/check-call.js';
import {
  aBoolean,
  aFunction,
  aNumber,
  anObject,
  aText,
  either,
  listOf,
  made,
  oneOfWords,
  optional,
  optionsOf,
  recordOf,
} from '../../errors/kinds.js';
import { isColumn } from '../../schema/column.js';
import { aSchema } from '../../schema/schema.js';
import { isExpression } from '../expressions/expression.js';
import { aMetric } from '../kinds/metrics.js';
import { isReference } from '../references/reference.js';
import { aColumn, aDuration, aNumberSetting, aTextSetting, someParameters } from './kinds.js';

/** What the linter looks at, with a place and words of its own. */
const linted: Kind = { expected: 'a value', holds: () => true, optional: true };
const aList: Kind = { expected: 'a list', holds: Array.isArray };
/** The linter says what is wrong inside. */
const written = (expected: string): Kind => made(expected, (value) => !isReference(value) && !('source' in value));
const aSource = written('a source such as source.csv(...)');
const aCheck = made(
  'a check such as check.notNull(...)',
  ({ check, column, options }) => typeof check === 'string' && typeof column === 'object' && isPlainObject(options),
);
const aTransform = made(
  'a transform such as feature.numeric(...)',
  ({ spec, columns }) => isPlainObject(spec) && Array.isArray(columns),
);
const aLabel = made(
  'label.binary(...) or label.regression(...)',
  ({ task, expression }) => typeof task === 'string' && expression !== undefined,
);
const aSplit = made(
  'a split such as split.byTime(...)',
  ({ by, column, options }) => typeof by === 'string' && typeof column === 'object' && isPlainObject(options),
);
const aTrainer = made('a trainer such as trainer.gbdt(...)', ({ trainer }) => typeof trainer === 'string');
const aGate = made('gate.betterThanChampion(...)', ({ than, metric }) => than === 'champion' && typeof metric === 'string');
const aRollout = made('a roll-out such as rollout.canary(...)', ({ strategy }) => typeof strategy === 'string');
const aMeasure = made(
  'a drift measure such as drift.psi(...)',
  ({ statistic, column }) => typeof statistic === 'string' && isPlainObject(column),
);
const aTrigger = made('a trigger such as on.drift()', ({ on }) => typeof on === 'string');
const anExpression: Kind = {
  expected: 'an expression such as gt(landed.delay, 15), or sql`...`',
  holds: (value) => isExpression(value) || isColumn(value),
};
const aNotifier = written('a notifier such as notify.webhook(...)');
const aChangeTrigger = made(
  'on.dataset(...) or on.alias(...)',
  ({ kind, name }) => typeof kind === 'string' && typeof name === 'string',
);
const aWindow: Kind = {
  expected: 'a list of two dates, [from, to]',
  holds: (value) => Array.isArray(value) && value.length === 2,
  members: aTextSetting,
};
const aPipeline = either(
  { ...aText, expected: 'the name of a pipeline' },
  made('a pipeline', ({ plan, name }) => typeof plan === 'object' && plan !== null && typeof name === 'string'),
);
const aPattern = either(
  { ...aText, expected: 'an expression' },
  { expected: 'a RegExp', holds: (value) => value instanceof RegExp },
);

const IN_A_BODY = { description: optional(aText), after: optional(aList) };
const COMMON = {
  ...IN_A_BODY,
  onFailure: optional(aText),
  resources: optional(
    optionsOf({
      cpu: optional(aNumber),
      memoryGiB: optional(aNumber),
      gpu: optional(aNumber),
      gpuType: optional(aText),
      vramGiB: optional(aNumber),
    }),
  ),
  pool: optional(aText),
  priority: optional(aNumber),
  live: optional(someParameters),
  retry: optional(
    optionsOf({
      maximumAttempts: optional(aNumber),
      initialInterval: optional(aDuration),
      backoffCoefficient: optional(aNumber),
      maximumInterval: optional(aDuration),
    }),
  ),
  timeout: optional(aDuration),
  heartbeat: optional(aDuration),
  cache: optional(
    either(aBoolean, optionsOf({ version: optional(aText), environment: optional(listOf(aText)), expires: optional(aDuration) })),
  ),
};
const STAGE = { id: optional(aText), ...COMMON };
const CODE = { ...COMMON, inputs: optional(anObject), secrets: optional(anObject), grace: optional(aDuration), run: aFunction };
const PROGRAM = {
  ...COMMON,
  inputs: optional(anObject),
  env: optional(anObject),
  inherit: optional(listOf(aText)),
  hyperparameters: optional(anObject),
  metrics: optional(recordOf(aPattern)),
  progress: optional(aPattern),
  outputs: optional(listOf(aText)),
  grace: optional(aDuration),
  checkpointEvery: optional(aDuration),
  result: optional(someParameters),
};

const CALLS = {
  ingest: {
    options: optionsOf({
      ...STAGE,
      source: aSource,
      from: optional(linted),
      schema: aSchema,
      window: optional(aWindow),
      publish: optional(aText),
    }),
  },
  validate: { dataset: linted, options: optionsOf({ ...STAGE, checks: listOf(aCheck) }) },
  feature: { data: linted, options: optionsOf({ ...STAGE, label: aLabel, split: aSplit, columns: recordOf(aTransform) }) },
  train: {
    features: linted,
    options: optionsOf({
      ...STAGE,
      trainer: aTrainer,
      threads: optional(aNumberSetting),
      seed: optional(aNumberSetting),
      checkpointEvery: optional(aNumberSetting),
    }),
  },
  evaluate: {
    model: linted,
    options: optional(
      optionsOf({
        ...STAGE,
        metrics: optional(listOf(aMetric)),
        gate: optional(aGate),
        slices: optional(listOf(aColumn)),
        minSliceRows: optional(aNumberSetting),
        model: optional(aText),
        infra: optional(optionsOf({ maxP99: optional(aDuration) })),
        refit: optional(aBoolean),
      }),
    ),
  },
  deploy: {
    evaluation: linted,
    options: optional(optionsOf({ ...STAGE, endpoint: optional(aText), rollout: optional(aRollout) })),
  },
  monitor: {
    endpoint: linted,
    options: optionsOf({
      ...STAGE,
      every: aDuration,
      clock: optional(oneOfWords('event', 'wall')),
      grace: optional(aDuration),
      persistence: optional(optionsOf({ windows: aNumber, of: aNumber })),
      minRows: optional(aNumberSetting),
      minLabelCoverage: optional(aNumberSetting),
      labels: optional(
        either(aSource, {
          ...optionsOf({ source: aSource, key: optional(aText), label: optional(anExpression), delay: optional(aDuration) }),
          expected: '{ source, key?, label?, delay? }',
        }),
      ),
      drift: optional(listOf(aMeasure)),
      performance: optional(listOf(aTrigger)),
    }),
  },
  retrain: {
    after: linted,
    options: optionsOf({
      ...STAGE,
      on: listOf(aTrigger),
      debounce: optional(aDuration),
      coolDown: optional(aDuration),
      budget: optional(optionsOf({ runs: aNumber, per: aDuration })),
      clock: optional(oneOfWords('event', 'wall')),
      window: optional(
        optionsOf({ newest: optional(aDuration), labelDelay: optional(aDuration), from: optional(aText), to: optional(aText) }),
      ),
      parameters: optional(anObject),
    }),
  },
  step: { id: aText, options: optionsOf({ ...CODE, light: optional(aBoolean) }) },
  call: {
    id: aText,
    pipeline: aPipeline,
    options: optional(optionsOf({ ...IN_A_BODY, onFailure: optional(aText), params: optional(anObject) })),
  },
  when: { condition: linted, met: aFunction, otherwise: optional(aFunction) },
  join: { id: aText, references: aList, options: optionsOf({ ...IN_A_BODY, mode: aText }) },
  loop: {
    id: aText,
    options: optionsOf({
      ...IN_A_BODY,
      onFailure: optional(aText),
      times: aNumberSetting,
      until: aFunction,
      start: linted,
      body: aFunction,
    }),
  },
  finally: { id: aText, options: optionsOf(CODE) },
  command: { id: aText, options: optionsOf({ ...PROGRAM, command: aList, code: optional(listOf(aText)) }) },
  python: {
    id: aText,
    options: optionsOf({
      ...PROGRAM,
      script: aText,
      requirements: optional(either(aText, aList)),
      python: optional(aText),
      arguments: optional(aList),
    }),
  },
  map: {
    id: aText,
    items: linted,
    body: aFunction,
    options: optional(
      optionsOf({ ...IN_A_BODY, onFailure: optional(aText), concurrency: optional(aNumber), minSuccess: optional(aNumber) }),
    ),
  },
  approval: {
    id: aText,
    options: optionsOf({
      ...COMMON,
      message: aText,
      expires: optional(aDuration),
      onExpiry: optional(aText),
      quorum: optional(aNumber),
      approvers: optional(listOf(aText)),
      escalate: optional(optionsOf({ after: aDuration, to: listOf(aText) })),
      fourEyes: optional(aBoolean),
      inputs: optional(anObject),
    }),
  },
} as const satisfies { readonly [method: string]: Kinds };

/** Names of the methods of `p`, all of which declare what they take. */
export type BuilderCall = keyof typeof CALLS;

const isCall = (name: string): name is BuilderCall => Object.hasOwn(CALLS, name);

/** The builder with each call checked before it is read; `params` as it is. */
export function withCheckedCalls<Builder extends { readonly [Name in BuilderCall]: unknown }>(builder: Builder): Builder {
  const checked = Object.entries(builder).map(([name, method]: [string, unknown]) => {
    if (!isCall(name) || typeof method !== 'function') return [name, method];
    const kinds: Kinds = CALLS[name];
    const names = Object.keys(kinds);
    const call = (...given: unknown[]): unknown => {
      checkCall(`p.${name}`, Object.fromEntries(names.map((argument, index) => [argument, given[index]])), kinds);
      return Reflect.apply(method, builder, given) as unknown;
    };
    return [name, call];
  });
  return Object.fromEntries(checked) as Builder;
}

const HOOKS = optionsOf({
  onSuccess: optional(listOf(aNotifier)),
  onFailure: optional(listOf(aNotifier)),
  onBlocked: optional(listOf(aNotifier)),
  onSlow: optional(optionsOf({ after: aDuration, notify: listOf(aNotifier) })),
});
const CALENDAR_FIELD = optional(linted);
const SCHEDULE = optionsOf({
  cron: optional(aText),
  every: optional(aDuration),
  offset: optional(aDuration),
  calendar: optional(
    optionsOf({
      minute: CALENDAR_FIELD,
      hour: CALENDAR_FIELD,
      dayOfMonth: CALENDAR_FIELD,
      month: CALENDAR_FIELD,
      dayOfWeek: CALENDAR_FIELD,
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

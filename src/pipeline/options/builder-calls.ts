import { checkCall, type Kinds } from '../../errors/check-call.js';
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
import { aSchema } from '../../schema/schema.js';
import { aMetric } from '../kinds/metrics.js';
import { aColumn, aDuration, aNumberSetting, someParameters } from './kinds.js';
import {
  aCheck,
  aGate,
  aHyperparameter,
  aLabel,
  aList,
  aMeasure,
  aPattern,
  aPipeline,
  aRollout,
  aSource,
  aSplit,
  aTrainer,
  aTransform,
  aWord,
  aTrigger,
  aWindow,
  anExpression,
  linted,
} from './given-values.js';

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
  env: optional(recordOf(aWord)),
  inherit: optional(listOf(aText)),
  hyperparameters: optional(recordOf(aHyperparameter)),
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
  command: { id: aText, options: optionsOf({ ...PROGRAM, command: listOf(aWord), code: optional(listOf(aText)) }) },
  python: {
    id: aText,
    options: optionsOf({
      ...PROGRAM,
      script: aText,
      requirements: optional(either(aText, listOf(aText))),
      python: optional(aText),
      arguments: optional(listOf(aWord)),
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

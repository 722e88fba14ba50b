import type { JsonSafe } from '../../contracts/json.js';
import type { Duration } from '../duration.js';
import type { ParameterShape, ParameterValue, ParameterValues } from '../../schema/parameter.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import { isParameterReference } from '../references/parameter-reference.js';
import type { OptionReader } from '../lint/issues.js';
import type { Ref, ResultOf } from '../references/reference.js';
import type { NoSecrets, SecretReferences } from '../options/secret.js';
import type { StepContext } from '../step-context.js';
import type { StepOptions } from '../options/step-options.js';

/** References to results, and parameters, by the name under which `run` gets their values. */
export type StepInputs = { readonly [name: string]: Ref | ParameterReference<ParameterValue> };

/** The value behind an input. */
export type InputValue<Input> = Input extends ParameterReference<infer Value> ? Value : ResultOf<Input>;

/** What a custom step's code gets: as every step, with the parameters of its pipeline, and the values of the secrets that it declares. */
export type CustomStepContext<Secrets extends SecretReferences, Shape extends ParameterShape> = Omit<
  StepContext,
  'secrets' | 'parameters'
> & {
  readonly secrets: { readonly [Name in keyof Secrets]: string };
  /** Complete and checked: those with a default too. */
  readonly parameters: ParameterValues<Shape>;
};

export interface CustomStepOptions<
  Inputs extends StepInputs,
  Output,
  Secrets extends SecretReferences = NoSecrets,
  Shape extends ParameterShape = ParameterShape,
> extends Omit<StepOptions, 'id'> {
  readonly inputs?: Inputs;
  /** `{ token: secret('TOKEN') }`: the step finds the value in `context.secrets.token`. */
  readonly secrets?: Secrets;
  /** How long a cancelled attempt may take to leave before it is abandoned; default 30 seconds. */
  readonly grace?: Duration;
  /**
   * Seconds at most and little CPU: runs in the worker of the run itself, without the way over a queue, two to three times as fast. It asks
   * for no devices, pool, heartbeats or live parameters, and its `timeout` is 10 seconds at most (the default).
   */
  readonly light?: boolean;
  /** The step's code: gets the values of its inputs, returns what JSON carries unchanged (null when there is nothing to say). */
  readonly run: (
    inputs: { readonly [Name in keyof Inputs]: InputValue<Inputs[Name]> },
    context: CustomStepContext<Secrets, Shape>,
  ) => Promise<Output> | Output;
}

/** Asks that JSON carries `Output` unchanged; what it would damage (Date, Map, typed arrays, undefined, ...) does not compile. */
export type JsonOutput<Output> = [Output] extends [JsonSafe<Output>]
  ? unknown
  : { readonly run: (...inputs: never[]) => JsonSafe<Output> };

/** Configuration of a custom step: what the wrapper needs to know of it. */
export function customConfig(
  { secrets, grace, inputs }: { readonly secrets?: SecretReferences; readonly grace?: Duration; readonly inputs?: StepInputs },
  read: OptionReader,
): object {
  return {
    ...givenParameters(inputs),
    ...(secrets === undefined ? {} : { secrets }),
    ...(grace === undefined ? {} : { graceMs: read.at('grace').duration(grace) }),
  };
}

/** The inputs that are parameters, as a configuration has them: the run puts the values in. */
export function givenParameters(inputs: StepInputs = {}): { readonly given?: object } {
  const given = Object.entries(inputs).filter(([, input]) => isParameterReference(input));
  return given.length === 0 ? {} : { given: Object.fromEntries(given) };
}

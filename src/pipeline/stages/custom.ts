import type { JsonSafe } from '../../contracts/json.js';
import type { Ref, ResultOf } from '../reference.js';
import type { StepContext } from '../step-context.js';
import type { StepOptions } from '../step-options.js';

/** References by the name under which `run` gets their values. */
export type StepInputs = { readonly [name: string]: Ref };

export interface CustomStepOptions<Inputs extends StepInputs, Output> extends Omit<StepOptions, 'id'> {
  readonly inputs?: Inputs;
  /** The step's code: gets the values of its inputs, returns what JSON carries unchanged (null when there is nothing to say). */
  readonly run: (
    inputs: { readonly [Name in keyof Inputs]: ResultOf<Inputs[Name]> },
    context: StepContext,
  ) => Promise<Output> | Output;
}

/** Asks that JSON carries `Output` unchanged; what it would damage (Date, Map, typed arrays, undefined, ...) does not compile. */
export type JsonOutput<Output> = [Output] extends [JsonSafe<Output>]
  ? unknown
  : { readonly run: (...inputs: never[]) => JsonSafe<Output> };

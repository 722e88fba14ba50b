import type { JsonObject } from '../json.js';

/** Configuration of a `call`; the inputs of its step are parameters too, by name. */
export type CallConfig = {
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly parameters: JsonObject;
};

/** Runs that call each other, the first one not counted: a pipeline that calls itself by name must come to an end. */
export const MAX_CALL_DEPTH = 10;

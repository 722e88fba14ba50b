import type { NoArguments, Operation } from './operations.js';
import type { ArtifactRef } from '../artifact.js';
import type { JsonObject, JsonPrimitive, JsonValue } from '../json.js';

/** A regular expression as JSON. */
export type PatternSpec = { readonly source: string; readonly flags: string };

/** What a command and a Python script have in common. Secrets and parameters are put in before the step starts. */
export type CommandSettings = {
  /** Inputs that are parameters of the run. */
  readonly given?: JsonObject;
  readonly env: { readonly [name: string]: JsonPrimitive };
  /** Names of further variables that the program gets from the worker. */
  readonly inherit: readonly string[];
  readonly hyperparameters: JsonObject;
  /** The first group of the last match is the metric's value. */
  readonly metrics: readonly (PatternSpec & { readonly name: string })[];
  /** First group: done; second, when there is one: total. */
  readonly progress: PatternSpec | null;
  /** Files that must be there at the end: `output/...` or `model/...`. */
  readonly outputs: readonly string[];
  /** JSON Schema of `output/result.json`; null: it is not read. */
  readonly result: JsonObject | null;
  /** From the request to stop until the program is ended. */
  readonly graceMs: number;
  readonly checkpointEveryMs: number;
};

export type CommandConfig =
  | (CommandSettings & {
      readonly program: 'command';
      readonly command: readonly JsonPrimitive[];
      /** Files and folders of the project that are copied to where the program runs. */
      readonly code: readonly string[];
    })
  | (CommandSettings & {
      readonly program: 'python';
      readonly script: string;
      readonly python: string;
      readonly requirements: { readonly file: string } | { readonly packages: readonly string[] } | null;
      readonly arguments: readonly JsonPrimitive[];
    });

export type FilesMeta = { readonly folder: 'output' | 'model'; readonly files: number };

/** What a command that ended well gives to the steps after it. `Metric`: names of those that it was asked for. */
export type CommandResult<Value extends JsonValue = null, Metric extends string = never> = {
  readonly exitCode: 0;
  /** Those that it was asked for, when it printed them, and those that it wrote into `output/metrics.jsonl`. */
  readonly metrics: { readonly [name: string]: number } & { readonly [Name in Metric]?: number };
  /** The files that it left in `output/`; null when there are none. */
  readonly output: ArtifactRef<'files', FilesMeta> | null;
  /** The files that it left in `model/`; null when there are none. */
  readonly model: ArtifactRef<'files', FilesMeta> | null;
  /** What it wrote into `output/result.json`; null when no result was declared. */
  readonly value: Value;
};

export type CommandOperations = { readonly command: Operation<NoArguments, CommandResult<JsonValue>> };

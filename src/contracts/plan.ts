import type { JsonObject } from './json.js';

/** The eight stages. */
export type StageKind = 'ingest' | 'validate' | 'feature' | 'train' | 'evaluate' | 'deploy' | 'monitor' | 'retrain';
export type StepKind = StageKind | 'step' | 'gate';

/** Stands for a parameter's value anywhere inside a step's `config`; replaced before the step starts. */
export type ParameterMarker = { readonly $param: string };

/** Where a step's input comes from: the result of another step, optionally a field inside it. */
export type InputBinding = { readonly step: string; readonly path?: readonly string[] };

export type RetrySpec = {
  /** Total tries, >= 1. */
  readonly maximumAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
  readonly maximumIntervalMs: number;
};

export type ResourceSpec = { readonly cpu?: number; readonly memoryGiB?: number; readonly gpu?: number };

/** `fail`: the run fails. `block`: the run waits for a `resume` update. `continue`: steps that do not need it go on; dependants are skipped. */
export type FailurePolicy = 'fail' | 'block' | 'continue';

export type PlanStep = {
  readonly id: string;
  readonly kind: StepKind;
  readonly description?: string;
  /** Steps that must finish first: those named in `inputs` and any further order constraints. */
  readonly needs: readonly string[];
  readonly inputs: { readonly [name: string]: InputBinding };
  /** Stage configuration, JSON, with `ParameterMarker`s where a parameter is used. Shapes: `contracts/stages.ts`. */
  readonly config: JsonObject;
  readonly resources: ResourceSpec;
  readonly retry: RetrySpec;
  /** Longest time one attempt may take. */
  readonly timeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly onFailure: FailurePolicy;
};

/** The frozen form of a pipeline: plain JSON, pinned in the history of each run. */
export type Plan = {
  readonly formatVersion: 1;
  readonly pipeline: string;
  /** SHA-256, hex, of the canonical JSON of all other fields. */
  readonly hash: string;
  /** JSON Schema (draft 2020-12) of the one parameter object. */
  readonly parameters: JsonObject;
  /** In topological order. */
  readonly steps: readonly PlanStep[];
};

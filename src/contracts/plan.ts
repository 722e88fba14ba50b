import type { Condition } from './plan/condition.js';
import type { HookSpec } from './plan/hooks.js';
import type { JsonObject } from './json.js';

/** The eight stages. */
export type StageKind = 'ingest' | 'validate' | 'feature' | 'train' | 'evaluate' | 'deploy' | 'monitor' | 'retrain';
/**
 * `step`: TypeScript code. `command`: a program, or a Python script. `gate`: a person decides. `join`: brings branches together. `map`,
 * `loop`: run a body of steps many times. `call`: another pipeline.
 */
export type StepKind = StageKind | 'step' | 'command' | 'gate' | 'join' | 'map' | 'loop' | 'call';

/** Stands for a parameter's value anywhere inside a step's `config`; replaced before the step starts. */
export type ParameterMarker = { readonly $param: string };

/** Stands for a text of SQL: its parts, with literals of parameters between them. Replaced with the parameters. */
export type SqlMarker = { readonly $sql: readonly (string | ParameterMarker)[] };

/** Stands for a secret inside a step's `config`: resolved in the activity, never anywhere else. */
export type SecretMarker = { readonly $secret: string };

/**
 * Where a step's input comes from: the result of another step, optionally a field inside it. Inside a body, `<id>.item` and `<id>.index`
 * name the item and the position of the map `<id>`, `<id>.previous` and `<id>.iteration` the last result and the round, from 0, of the loop `<id>`, whose
 * condition reads the result of the round as `<id>.last`; step ids hold no dot.
 */
export type InputBinding = { readonly step: string; readonly path?: readonly string[] };

export type RetrySpec = {
  /** Total tries, >= 1. */
  readonly maximumAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
  readonly maximumIntervalMs: number;
};

export type ResourceSpec = {
  readonly cpu?: number;
  readonly memoryGiB?: number;
  /** Number of devices, a whole number. */
  readonly gpu?: number;
  /** As `nvidia-smi` or the pool's configuration names it, compared in lower case. */
  readonly gpuType?: string;
  /** Memory of each device. */
  readonly vramGiB?: number;
};

/** A result of an earlier run may be used when the content address of the step (code, configuration, inputs, environment) is the same. */
export type CacheSpec = {
  /** Part of the address; a new one makes all earlier results useless. */
  readonly version: string | null;
  /** Names of environment variables whose values are part of the address. */
  readonly environment: readonly string[];
  /** Older results are not used; null = they never expire. */
  readonly expiresMs: number | null;
};

/** All must hold, else the step is skipped. */
export type Guard = { readonly condition: Condition; readonly is: boolean };

/**
 * `all`: every need has succeeded. `any`: every need has ended and at least one succeeded. `first`: as soon as one need has succeeded. A need
 * that did not succeed gives null.
 */
export type JoinMode = 'all' | 'any' | 'first';

/** The steps that a map runs for each item, or a loop in each round. Their ids are unique in the whole plan. */
export type PlanBody = {
  /** In topological order. Their `needs` name steps of the same body only; what they use from outside is among the needs of the map or loop. */
  readonly steps: readonly PlanStep[];
  /** What one run of the body gives; null when it gives nothing. */
  readonly result: InputBinding | null;
};

/** `fail`: the run fails. `block`: the run waits for a `resume` update. `continue`: steps that do not need it go on; dependants are skipped. */
export type FailurePolicy = 'fail' | 'block' | 'continue';

/** One step of a plan: what it needs, how it is configured, and the limits it runs under. */
export type PlanStep = {
  readonly id: string;
  readonly kind: StepKind;
  readonly description?: string;
  /** Steps that must finish first: those named in `inputs` and any further order constraints. */
  readonly needs: readonly string[];
  readonly inputs: { readonly [name: string]: InputBinding };
  /** Stage configuration, JSON, with `ParameterMarker`s where a parameter is used. Shapes: `contracts/stages/`. */
  readonly config: JsonObject;
  readonly resources: ResourceSpec;
  readonly retry: RetrySpec;
  /** Longest time one attempt may take. */
  readonly timeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly onFailure: FailurePolicy;
  /** Absent: runs whenever its needs allow it. */
  readonly when?: readonly Guard[];
  /** For a `join`. */
  readonly join?: JoinMode;
  /** For a `map` or `loop`. */
  readonly body?: PlanBody;
  /** Runs when everything else has ended, however it ended. */
  readonly finally?: true;
  /** Seconds at most and little CPU: runs as a local activity. */
  readonly light?: true;
  /** For a pipeline under test: one function stands for the whole step. */
  readonly double?: true;
  /** Absent: never taken from another run. */
  readonly cache?: CacheSpec;
  /** Name of the pool that must take it; absent: one that fits `resources`. */
  readonly pool?: string;
  /** 1 (first) to 5; absent: the run's. */
  readonly priority?: number;
  /** Live parameters that the `control` update may change, with their JSON Schemas. */
  readonly live?: JsonObject;
};

/** At most so many runs of the pipeline, or steps of it in one pool, at once; those beyond wait. */
export type ConcurrencySpec = { readonly runs: number | null };

/** A plan's hash as people read it. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** The frozen form of a pipeline: plain JSON, pinned in the history of each run. */
export type Plan = {
  /** 2 since runs record a manifest at their end; a plan of format 1 is carried out as it was then. */
  readonly formatVersion: 1 | 2;
  readonly pipeline: string;
  /** SHA-256, hex, of the canonical JSON of all other fields. */
  readonly hash: string;
  /** JSON Schema (draft 2020-12) of the one parameter object. */
  readonly parameters: JsonObject;
  /** In topological order. */
  readonly steps: readonly PlanStep[];
  /** What the run gives to whoever called it; absent: nothing. */
  readonly result?: InputBinding;
  readonly hooks?: readonly HookSpec[];
  readonly concurrency?: ConcurrencySpec;
  /** Whose share of a pool the runs use up. */
  readonly team?: string;
  /** 1 (first) to 5; absent: 3. */
  readonly priority?: number;
};

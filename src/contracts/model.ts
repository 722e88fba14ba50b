import type { ArtifactRef } from './artifact.js';
import type { JsonObject } from './json.js';

/** Datatypes of the Open Inference Protocol V2 that our graphs use. */
export type TensorDatatype = 'BOOL' | 'INT64' | 'FP32' | 'BYTES';
/**
 * `column` says how the row API parses the field: timestamps become INT64 milliseconds since 1970 (UTC). `min`, `max` (inclusive) and
 * `values` are the schema's: a request with a value outside of them is refused; null passes where the column is nullable.
 */
export type TensorSpec = {
  readonly name: string;
  readonly datatype: TensorDatatype;
  readonly shape: readonly number[];
  readonly column?: 'timestamp' | 'float' | 'integer' | 'boolean' | 'category' | 'text';
  readonly nullable?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** For a timestamp: whether it is the event time of the row. Signatures of release 0.1 do not say. */
  readonly eventTime?: boolean;
};
/** Every input is [-1, 1]; the one output is `score` FP32 [-1, 1] (a probability for binary tasks). */
export type ModelSignature = { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] };

export type Alias = 'champion' | 'challenger' | 'previous';

/** `models/<model>/versions/<version>.json`, immutable. */
export type ModelVersion = {
  readonly model: string;
  readonly version: number;
  readonly artifact: ArtifactRef<'model'>;
  readonly evaluation: ArtifactRef<'evaluation'> | null;
  readonly metrics: { readonly [metric: string]: number | null };
  /** Event-time window of the training data, ISO. */
  readonly window: { readonly from: string; readonly to: string };
  readonly registeredAt: string;
  readonly runId: string;
  readonly workflowId: string;
};

/** The champion that an evaluation compared a candidate with. */
export type ComparedChampion = { readonly version: number };

/**
 * On what a move of an alias rests: an evaluation that blessed the version against the very champion that it replaces (`comparedWith` null:
 * there was none), a person with a reason, or the withdrawal of a promotion by the roll-out that made it (`undoes`: its log entry).
 */
export type AliasBasis =
  | { readonly evaluation: string; readonly comparedWith: ComparedChampion | null }
  | { readonly person: string; readonly reason: string }
  | { readonly undoes: number };

/** `models/<model>/aliases/<alias>.json`, moved by compare-and-swap only. */
export type AliasRecord = {
  readonly alias: Alias;
  readonly version: number;
  readonly movedAt: string;
  readonly movedBy: string;
  readonly reason: string;
  readonly workflowId: string;
  /** Absent in records older than this member. */
  readonly basis?: AliasBasis;
};

/**
 * `models/<model>/log/<n>.json`, append-only; `previousHash` is the SHA-256 of the entry before (64 zeros for the first). Moves of aliases
 * have an `AliasBasis` as `details.basis`, unless they are older than it.
 */
export type RegistryLogEntry = {
  readonly n: number;
  readonly at: string;
  readonly action: 'register' | 'promote' | 'reject' | 'rollback' | 'withdraw' | 'alias';
  readonly version: number;
  readonly from: number | null;
  readonly alias: Alias | null;
  readonly by: string;
  readonly reason: string;
  readonly workflowId: string;
  readonly details: JsonObject;
  readonly previousHash: string;
};

export type VariantName = 'champion' | 'challenger';
export type EndpointVariant = {
  readonly variant: VariantName;
  readonly version: number;
  readonly artifact: ArtifactRef<'model'>;
  /** Percent of requests, 0..100; the weights of all variants sum to 100. */
  readonly weight: number;
};

/** `endpoints/<endpoint>/config.json`, moved by compare-and-swap only; `revision` grows by one each time. */
export type EndpointConfig = {
  readonly endpoint: string;
  readonly model: string;
  readonly revision: number;
  readonly variants: readonly EndpointVariant[];
  /** Kept loaded for instant rollback. */
  readonly previous: EndpointVariant | null;
  readonly updatedAt: string;
  readonly reason: string;
  readonly workflowId: string;
};

/** Cumulative since the replica loaded this version. Latencies in milliseconds. */
export type VariantHealth = {
  readonly version: number;
  readonly variant: VariantName;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly error: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
};

/** `endpoints/<endpoint>/replicas/<replica>.json`, written by each model server at every change and at least every 2 s, or as `quietMs` says. */
export type ReplicaStatus = {
  readonly replica: string;
  readonly endpoint: string;
  readonly url: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly seenAt: string;
  /** How long this may be the newest report, ms, beyond the usual two seconds; absent: no longer. */
  readonly quietMs?: number;
  /** Endpoint configuration revision that this replica serves. */
  readonly revision: number;
  readonly variants: readonly VariantHealth[];
  readonly logged: number;
  readonly dropped: number;
};

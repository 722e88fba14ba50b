import type { ArtifactRef } from '../contracts/artifact.js';
import type { Alias, AliasRecord, ModelVersion, RegistryLogEntry } from '../contracts/model.js';
import type { EvaluationMeta } from '../contracts/stages/evaluate.js';
import type { AliasMove } from './alias-state.js';

export type RegisterInput = Omit<ModelVersion, 'version' | 'registeredAt'>;

/** An evaluation that blessed the version; the only champion that it may replace is the one that it was compared with. */
export interface EvaluationBasis {
  readonly evaluation: ArtifactRef<'evaluation', EvaluationMeta>;
}

/** A person who decided, and why. Neither may be blank. */
export interface PersonBasis {
  readonly person: string;
  readonly reason: string;
}

/** On what a move rests, and how the log words it: a person's own reason is the reason. */
export type Backing =
  { readonly basis: EvaluationBasis; readonly by: string; readonly reason: string } | { readonly basis: PersonBasis };

export type PromoteInput = {
  readonly model: string;
  readonly version: number;
  /** Names the request: the same promotion asked again by the same id is the same promotion. */
  readonly workflowId: string;
} & (
  | Extract<Backing, { readonly by: string }>
  /** `expectedChampion`: the one that the person saw; null when there was none. */
  | { readonly basis: PersonBasis; readonly expectedChampion: number | null }
);

export interface RejectInput {
  readonly model: string;
  readonly version: number;
  readonly reasons: readonly string[];
  readonly workflowId: string;
}

export interface RollbackInput {
  readonly model: string;
  /** The person who decided. */
  readonly by: string;
  readonly reason: string;
  readonly workflowId: string;
  /** When given, the rollback happens only if this version is champion. */
  readonly expectedChampion?: number;
}

export interface WithdrawInput {
  readonly model: string;
  readonly version: number;
  readonly by: string;
  readonly reason: string;
  /** That of the promotion. */
  readonly workflowId: string;
}

export type SetAliasInput = {
  readonly model: string;
  readonly alias: 'challenger';
  readonly version: number;
  readonly workflowId: string;
} & Backing;

/**
 * Model versions, aliases and their history, as files under `models/<model>/` of an object store. A change happens at the moment when
 * its entry is appended to the log; alias records follow from the log and are moved by compare-and-swap. So a process killed at any
 * point leaves a change either undone or finished by the next call (its retry, or any other change of the model), never doubled.
 * A move of an alias that rests on nothing that holds is refused: REGISTRY_BASIS_REFUSED. That a request was carried out before is known of the
 * newest 500 decisions about a model. No change and no look at an alias reads more of a long history than its newest entries.
 * Names that no path can have: REGISTRY_NAME_INVALID.
 */
export interface Registry {
  /** Numbers are 1, 2, 3, ... The same artifact registered again by the same workflow id is the same version. */
  register(input: RegisterInput): Promise<ModelVersion>;
  /** REGISTRY_VERSION_NOT_FOUND lists the versions that there are. */
  version(model: string, version: number): Promise<ModelVersion>;
  /** Oldest first; empty for an unknown model. */
  versions(model: string): Promise<readonly ModelVersion[]>;
  /** Numbers of all versions, ascending, without a look at their records; empty for an unknown model. */
  numbers(model: string): Promise<readonly number[]>;
  /** Names of all models, sorted. */
  models(): Promise<readonly string[]>;
  alias(model: string, alias: Alias): Promise<{ readonly record: AliasRecord; readonly etag: string } | null>;
  /**
   * Makes a version champion and the champion so far `previous`; takes `challenger` off the version. REGISTRY_RACE_LOST when the champion
   * is not the one that the evaluation was compared with (or the person saw), or when this very promotion was made before and has been
   * superseded.
   */
  promote(input: PromoteInput): Promise<AliasRecord>;
  /** Logs that a version was turned down, and takes `challenger` off it. */
  reject(input: RejectInput): Promise<void>;
  /**
   * Makes `previous` champion again; `previous` becomes the champion before that one, so that a version rolled back from does not return.
   * REGISTRY_NO_PREVIOUS when there is none. Asked again by the same workflow id with no promotion in between, it is the same rollback.
   */
  rollback(input: RollbackInput): Promise<AliasRecord>;
  /**
   * Undoes the promotion of the version by the same workflow id, if that is what made the present champion: the champion before it stands
   * again, or there is none. Anything else is left alone.
   */
  withdraw(input: WithdrawInput): Promise<{ readonly withdrawn: boolean; readonly champion: number | null }>;
  setAlias(input: SetAliasInput): Promise<AliasRecord>;
  /** The aliases that entry `n` of the log moved; none when there is no such entry. */
  moves(model: string, n: number): Promise<readonly AliasMove[]>;
  /** The moves of aliases under this request, among the newest 500 decisions about the model, oldest first. */
  movesBy(model: string, workflowId: string): Promise<readonly AliasMove[]>;
  /** Oldest first; empty for an unknown model. Reads every entry; nothing else here does, but `verifyLog`. */
  log(model: string): Promise<readonly RegistryLogEntry[]>;
  /**
   * REGISTRY_LOG_BROKEN names the entry that is missing or altered, the checkpoint that is not what the entries come to, or the version record that
   * differs from its entry.
   */
  verifyLog(model: string): Promise<{ readonly entries: number }>;
}

/** How a garbage collection of the store goes about it; what is left out has its default. */
export type GarbageOptions = {
  /** Nothing younger is removed, whatever it is. Default 24 hours. */
  readonly olderThanMs?: number;
  /** Records of runs, their logs and what they made stay so long after the last of it was written; results in the cache after their last use. Default 90 days. */
  readonly keepRunsMs?: number;
  /** Only says what it would remove. */
  readonly dryRun?: boolean;
};

export type Amount = { readonly objects: number; readonly bytes: number };

/** One kind of objects of the store. */
export type GarbageOfKind = {
  readonly kind: string;
  readonly removed: Amount;
  readonly kept: Amount;
  /** Numbers of kept objects by reason, in words. */
  readonly why: { readonly [reason: string]: number };
};

export type GarbageSummary = {
  readonly store: string;
  readonly dryRun: boolean;
  readonly olderThanMs: number;
  readonly keepRunsMs: number;
  /** ISO. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly kinds: readonly GarbageOfKind[];
  readonly removed: Amount;
  readonly kept: Amount;
  /** What the driver removed: empty folders, marks of deleted keys, unfinished uploads. */
  readonly tidied: number;
};

/** Activities of every worker; their names are wire names. */
export interface GarbageActivities {
  collectGarbage(options: GarbageOptions): Promise<GarbageSummary>;
}

export const DEFAULT_OLDER_THAN_MS = 24 * 3_600_000;
export const DEFAULT_KEEP_RUNS_MS = 90 * 24 * 3_600_000;
/** With less, a run that publishes just now may lose what it relies on. */
export const LEAST_OLDER_THAN_MS = 2 * 3_600_000;

/** Type of the workflow that cleans the store. */
export const GARBAGE_WORKFLOW = 'collectGarbage';

import type { JsonObject } from '../json.js';
import type { Project } from '../store/ownership.js';
import type { ScheduleTiming } from '../plan/schedule.js';

/** How a range is cut: into spans on the calendar, or at the moments of a schedule. */
export type BackfillCut =
  | {
      readonly by: 'span';
      /** Such as `1 day`. */
      readonly every: string;
      /** Parameters that get the bounds of a partition; `toParameter` may be absent. The end is not part of the partition. */
      readonly fromParameter: string;
      readonly toParameter: string | null;
      readonly format: 'date' | 'date-time';
    }
  | { readonly by: 'schedule'; readonly schedule: string; readonly timing: ScheduleTiming };

/** One run of a pipeline for each partition of a range. */
export type BackfillSpec = {
  readonly pipeline: string;
  /** Unique in the pipeline. */
  readonly name: string;
  /** ISO; the end is not part of it. */
  readonly from: string;
  readonly to: string;
  /** IANA name. */
  readonly timezone: string;
  readonly cut: BackfillCut;
  /** The other parameters; of a schedule with its `ScheduledTimeMarker`s. */
  readonly parameters: JsonObject;
  readonly order: 'oldest' | 'newest';
  /** Runs at once, at least 1. */
  readonly concurrency: number;
  /** `failed`: a partition whose last run succeeded is left as it is. `all`: every partition runs again. */
  readonly rerun: 'failed' | 'all';
  readonly author: string;
};

export type Partition = {
  /** Part of the run's id: the same partition has the same id in every back-fill of the pipeline. */
  readonly key: string;
  /** ISO. */
  readonly from: string;
  readonly to: string;
  readonly parameters: JsonObject;
};

/** One letter for each partition, in order: pending, running, succeeded, kept (it had succeeded before), failed, cancelled. */
export type BackfillLetter = '.' | 'r' | 's' | 'k' | 'f' | 'c';

export type BackfillFailure = { readonly partition: string; readonly code: string; readonly message: string };

export type BackfillState = {
  readonly total: number;
  /** As many letters as there are partitions. */
  readonly outcomes: string;
  readonly paused: boolean;
  readonly pausedBy: string | null;
  /** The newest of them. */
  readonly failures: readonly BackfillFailure[];
};

/** What the query `status` answers and the workflow gives in the end. */
export type BackfillStatus = BackfillState & {
  readonly pipeline: string;
  readonly name: string;
  readonly status: 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled';
  readonly counts: { readonly [outcome in 'pending' | 'running' | 'succeeded' | 'kept' | 'failed' | 'cancelled']: number };
};

/** `state` is set when it continues as new. */
export type BackfillInput = {
  readonly spec: BackfillSpec;
  /** Runs that it starts before it continues as new. Default 100. */
  readonly mostStarts?: number;
  readonly state?: BackfillState;
};

export interface BackfillActivities {
  /** Partitions in order from a position on, at most `limit`, and how many there are. BACKFILL_RANGE, SCHEDULES_SCHEDULED_TIME. */
  backfillPartitions(input: { readonly spec: BackfillSpec; readonly after: number; readonly limit: number }): Promise<{
    readonly total: number;
    readonly partitions: readonly Partition[];
    /** Whose runs they become. Absent in runs that began before it was kept. */
    readonly project?: Project;
  }>;
}

/** The workflow type; no pipeline can have this name. */
export const BACKFILL_WORKFLOW = 'backfillPipeline';

export const backfillId = (pipeline: string, name: string): string => `perennial/backfill/${pipeline}/${name}`;

/** Ids of the runs of all back-fills of a pipeline begin so. */
export const partitionIdPrefix = (pipeline: string): string => `${pipeline}/backfill/`;

export const partitionRunId = (pipeline: string, key: string): string => `${partitionIdPrefix(pipeline)}${key}`;

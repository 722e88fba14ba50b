import type { JsonObject } from '../json.js';

/** What happens when a start is due while the run before is not done. */
export const OVERLAP_POLICIES = ['skip', 'buffer-one', 'buffer-all', 'allow', 'cancel-other', 'terminate-other'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Stands for a time made of the one that a run was scheduled for; replaced when the run starts. */
export type ScheduledTimeMarker = {
  readonly $scheduledTime: {
    /** Such as `-1 day`; days and longer are counted on the calendar of the time zone. */
    readonly offset: string;
    /** After the offset: back to the beginning of this. */
    readonly startOf?: 'hour' | 'day' | 'month';
    /** `date`: `2001-01-31` in the time zone; `date-time`: ISO in UTC. */
    readonly format: 'date' | 'date-time';
    /** IANA name. */
    readonly timezone: string;
  };
};

/** `cron` has five fields; times of an interval are counted from 1970-01-01T00:00Z. */
export type ScheduleTiming = { readonly cron: string } | { readonly everyMs: number; readonly offsetMs: number };

/** A schedule as its pipeline file declares it; no part of the plan. */
export type ScheduleSpec = {
  /** Unique in the pipeline. */
  readonly name: string;
  readonly timing: ScheduleTiming;
  /** IANA name. */
  readonly timezone: string;
  /** Each start is put off by a random time up to this. */
  readonly jitterMs: number;
  readonly overlap: OverlapPolicy;
  /** Starts that were missed in an outage are made up for when they are no older. */
  readonly catchUpMs: number;
  readonly pauseOnFailure: boolean;
  readonly description: string | null;
  /** May hold `ScheduledTimeMarker`s as values. */
  readonly parameters: JsonObject;
};

/** Id of a schedule in Temporal. */
export const scheduleId = (pipeline: string, name: string): string => `${pipeline}/${name}`;

import type { ArtifactRef } from '../artifact.js';
import type { MetricValues } from '../stages/evaluate.js';
import type { MonitorConfig } from '../stages/monitor.js';

export type DriftScore = {
  readonly column: string;
  readonly statistic: string;
  readonly score: number;
  readonly threshold: number;
  readonly crossed: boolean;
  /** Above the threshold, but with fewer rows of the column than `minRows`: then it is no crossing. Absent otherwise. */
  readonly tooFewRows?: number;
  /** Crossed in enough of the last windows to count. */
  readonly persistent: boolean;
};

/** A trigger of one's own for which a window was a reason to train again. */
export type TriggeredWindow = { readonly trigger: string; readonly reason: string };

/** One closed window of one model. */
export type WindowReport = {
  readonly model: string;
  readonly endpoint: string;
  /** Half-open event-time window, ISO. */
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly versions: readonly number[];
  /**
   * Rows that came too late for the window of their event: on the wall's clock those that were logged in the time of this window, on the event's
   * clock those that came into the log since the window was closed that was closed last.
   */
  readonly late?: number;
  /** When its rows were read, ISO. Absent in reports of release 0.1. */
  readonly closedAt?: string;
  /** How far the log was read then: the newest write of each `<replica>-<incarnation>`. Only in the record of the window. */
  readonly read?: { readonly [writer: string]: number };
  readonly drift: readonly DriftScore[];
  /** Absent when the monitor has no triggers of one's own, and of windows of performance. */
  readonly triggered?: readonly TriggeredWindow[];
  /** Null until enough labels are there. */
  readonly performance: MetricValues | null;
  readonly labelCoverage: number;
  readonly performanceCrossed: readonly { readonly metric: string; readonly value: number; readonly below: number }[];
  /** When the labels of the window should all be there, ISO; null when the monitor has no labels. */
  readonly labelsDueAt: string | null;
  readonly report: ArtifactRef<'monitor-report'>;
};

/** Input of the workflow `monitorWindow` (id `perennial/monitor/<model>/<from>`). `both` waits for the labels in between. */
export type MonitorWindowInput = {
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly phase: 'drift' | 'performance' | 'both';
};

/** The same as a schedule starts it: without bounds it is the last whole window before the scheduled time. */
export type MonitorWindowStart = Pick<MonitorWindowInput, 'model' | 'phase'> &
  Partial<Pick<MonitorWindowInput, 'from' | 'to'>> & {
    /** The workflow waits until then, ISO. */
    readonly notBefore?: string;
  };

/** Input of the activity `closeMonitorWindow`: bounds, or a time `at`, ISO, whose last whole window before it is meant. */
export type MonitorWindowRequest = { readonly model: string; readonly phase: 'drift' | 'performance' } & (
  { readonly from: string; readonly to: string } | { readonly at: string }
);

/** `monitors/<model>/config.json`. */
export type MonitorRecord = {
  readonly config: MonitorConfig;
  readonly pipeline: string;
  readonly workflowId: string;
  readonly updatedAt: string;
};

import type { JsonObject, JsonValue } from '../json.js';
import type { Plan } from '../plan.js';
import type { RunIdentity, RunOptions, StepState } from '../run.js';

/**
 * What is kept of a run in the object store, at `runs/<workflow id>/<run id>/manifest.json`: enough to look at it without Temporal, to
 * compare it, to take over its results and to run it again.
 */
export type RunManifest = {
  readonly formatVersion: 1;
  readonly run: RunIdentity;
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly plan: Plan;
  readonly parameters: JsonObject;
  readonly options: RunOptions;
  /** ISO. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly steps: readonly StepState[];
  /** As in `RunStatus`. */
  readonly remarks?: readonly string[];
  /** Results of the steps that succeeded. */
  readonly results: { readonly [step: string]: JsonValue };
  /** Hash of each step's code at the time of the run, by step id. */
  readonly code: { readonly [step: string]: string };
  /** Node, platform, package version, and the commit of the working folder when there is one. */
  readonly environment: JsonObject;
};

/** What a run itself knows of its end. */
export type RunEnd = Omit<RunManifest, 'formatVersion' | 'code' | 'environment'>;

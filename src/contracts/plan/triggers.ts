import type { JsonObject } from '../json.js';
import type { WorkflowQueue } from './queues.js';
import type { LongestRun } from '../limits/run-length.js';

/** What can change: a published data set by its name, or an alias of a model, named `<model>/<alias>`. */
export type ChangeSubject = { readonly kind: 'dataset' | 'alias'; readonly name: string };

/**
 * What happens to changes that arrive while a run for an earlier one is under way. `coalesce`: one run for the newest of them, afterwards.
 * `queue`: one run each, one after the other. `allow`: one run each, at once.
 */
export type TriggerOverlap = 'coalesce' | 'queue' | 'allow';

/** A pipeline's wish to run when its subject changes. */
export type TriggerSpec = {
  readonly on: ChangeSubject;
  readonly overlap: TriggerOverlap;
  /** Parameters of the started run; `{ $event: field }` where a field of the change is used. A field that is null is left out. */
  readonly parameters: JsonObject;
};

/** A trigger as it is kept in the store, at `triggers/<kind>/<name>/<pipeline>.json`. */
export type Subscription = TriggerSpec & {
  readonly formatVersion: 1;
  readonly pipeline: string;
  /** Queue on which the runs start. */
  readonly taskQueue: WorkflowQueue;
  readonly subscribedBy: string;
  /** ISO. */
  readonly subscribedAt: string;
};

/** Signal `changed` of the workflow `startOnChange`: the number of the log entry that holds the change. A repeat is harmless. */
export type ChangeSignal = { readonly n: number };

/** Input of the workflow `startOnChange`; all but the subject is set by itself when it continues as new. */
export type StartOnChangeInput = {
  readonly subject: ChangeSubject;
  /** Part of the ids of the runs that it starts, where another project in the namespace has the same subject. */
  readonly scope?: string;
  /** How often a run under way is looked up, for a run that was terminated cannot report back. Default 60,000. */
  readonly runCheckMs?: number;
  /** Default 1,000 signals or 2,000 events. */
  readonly longest?: LongestRun;
  readonly state?: ChangeState;
};

/** How a change ended for one pipeline. */
export type ChangeDecision = {
  readonly n: number;
  readonly pipeline: string;
  /** Wall clock, ISO. */
  readonly at: string;
  /** `coalesced`: a newer change took its place. `unreadable`: the change or the subscription could not be read. */
  readonly decision: 'started' | 'coalesced' | 'unreadable';
  readonly workflowId: string | null;
  readonly reason: string;
};

/** Everything that the workflow of a subject remembers. */
export type ChangeState = {
  /** Changes not yet handed to the subscribed pipelines. */
  readonly arrived: readonly number[];
  /** Newest numbers, bounded: repeats are ignored. */
  readonly seen: readonly number[];
  /** By pipeline. */
  readonly pipelines: { readonly [pipeline: string]: PipelineQueue };
  /** Newest last, bounded. */
  readonly decisions: readonly ChangeDecision[];
  readonly received: number;
  readonly started: number;
};

export type PipelineQueue = {
  readonly overlap: TriggerOverlap;
  /** Highest number that came in. */
  readonly newest: number;
  /** Changes that wait for their run, oldest first. */
  readonly waiting: readonly number[];
  /** The run under way; null when there is none, and always with `allow`. */
  readonly active: string | null;
};

/** A run to be started for a change. */
export type TriggeredRun = {
  readonly n: number;
  readonly workflowId: string;
  readonly taskQueue: WorkflowQueue;
  readonly parameters: JsonObject;
  /** In words, for MlTrigger. */
  readonly trigger: string;
};

/** Small activities of the workflow `startOnChange`; their names are wire names. */
export interface TriggerActivities {
  readSubscriptions(input: {
    readonly subject: ChangeSubject;
  }): Promise<readonly { readonly pipeline: string; readonly overlap: TriggerOverlap }[]>;
  /** Null when the pipeline has unsubscribed. TRIGGER_CHANGE_UNREADABLE. */
  prepareTriggeredRun(input: {
    readonly subject: ChangeSubject;
    readonly scope?: string;
    readonly pipeline: string;
    readonly n: number;
  }): Promise<TriggeredRun | null>;
}

/** `dataset/flights`, `alias/flight-delay/champion`: in keys of the store and workflow ids. */
export const subjectPath = ({ kind, name }: ChangeSubject): string => `${kind}/${name}`;

/** Id of the workflow that starts runs when the subject changes. `scope`: of another project in the namespace than the first that had such a subject. */
export const startOnChangeId = (subject: ChangeSubject, scope?: string): string =>
  `perennial/trigger/${scope === undefined ? '' : `${scope}/`}${subjectPath(subject)}`;

/** An entry of `datasets/<name>/log/`: the content that a published data set had from then on. */
export type DatasetLogEntry = {
  readonly n: number;
  /** ISO. */
  readonly at: string;
  /** Id of the artifact. */
  readonly dataset: string;
  readonly rows: number;
  /** The window, ISO, `to` exclusive; null when the source was read whole. */
  readonly from: string | null;
  readonly to: string | null;
  readonly pipeline: string;
  readonly step: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly previousHash: string;
};

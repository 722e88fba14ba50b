import type { JsonObject } from '../json.js';

/** When a run tells somebody. `slow`: it is still unfinished `afterMs` after its start. */
export type HookEvent = 'success' | 'failure' | 'blocked' | 'slow';

/** Where a message goes: a kind of notifier, and its options as members. A secret is its marker `{ $secret: name }`. */
export type NotifierSpec = { readonly notifier: string } & JsonObject;

export type HookSpec = {
  readonly on: HookEvent;
  /** Of `slow`: time since the start of the run. */
  readonly afterMs?: number;
  readonly notify: NotifierSpec;
};

/** What a notifier tells. */
export type RunNotice = {
  readonly event: HookEvent;
  readonly pipeline: string;
  readonly workflowId: string;
  readonly runId: string;
  /** ISO. */
  readonly at: string;
  /** Steps that failed or are blocked, with the reason; for `slow`, those that are not finished. */
  readonly steps: readonly { readonly step: string; readonly status: string; readonly message: string | null }[];
};

/** Input of the workflow `deliverNotice`, one for each notifier and event, and of its activity. */
export type NoticeDelivery = {
  /** The same for every attempt, so that a receiver can tell a repeat: the id of the workflow that delivers. */
  readonly id: string;
  readonly notice: RunNotice;
  readonly notify: NotifierSpec;
};

/** What the receiver answered: an HTTP status, or the SMTP server's last line. */
export type NoticeReceipt = { readonly answer: string };

/** The activity behind `deliverNotice`; its name is a wire name. */
export interface NoticeActivities {
  /** NOTICE_REFUSED (never retried), NOTICE_UNDELIVERED, and the errors of secrets. */
  sendNotice(delivery: NoticeDelivery): Promise<NoticeReceipt>;
}

/** What a webhook gets as JSON. */
export type NoticeMessage = RunNotice & {
  readonly delivery: string;
  /** ISO; when this attempt was made. */
  readonly sentAt: string;
  /** `run`: the run's page of the Temporal UI, null when the worker was not told its address. */
  readonly links: { readonly run: string | null; readonly command: string };
};

import type { JsonPrimitive } from '../json.js';
import type { SecretMarker } from '../plan.js';

/** When a run tells somebody. `slow`: it is still unfinished `afterMs` after its start. */
export type HookEvent = 'success' | 'failure' | 'blocked' | 'slow';

type SecretOr<Value extends JsonPrimitive> = Value | SecretMarker;

/** Where a message goes. */
export type NotifierSpec =
  | { readonly notifier: 'stdout' }
  /** `secret` signs the body: header `x-perennial-signature: sha256=<HMAC-SHA-256 of the body, hex>`. */
  | { readonly notifier: 'webhook'; readonly url: SecretOr<string>; readonly secret?: SecretOr<string> }
  | { readonly notifier: 'slack'; readonly url: SecretOr<string> }
  | {
      readonly notifier: 'email';
      /** `smtp://user:password@host:port` or `smtps://...`. */
      readonly server: SecretOr<string>;
      readonly from: string;
      readonly to: readonly string[];
    };

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

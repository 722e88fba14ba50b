import type { JsonPrimitive } from './json.js';
import type { SecretMarker } from './plan.js';

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

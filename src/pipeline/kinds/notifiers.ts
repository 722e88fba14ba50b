import { checkCall } from '../../errors/check-call.js';
import { aText, listOf, optional, optionsOf } from '../../errors/kinds.js';
import { aTextOrSecret } from '../options/kinds.js';
import type { NotifierSpec } from '../../contracts/plan/hooks.js';
import type { SecretMarker } from '../../contracts/plan.js';

type TextOrSecret = string | SecretMarker;

/**
 * Posts the notice as JSON. With `secret` the body is signed: header `x-perennial-signature: sha256=<HMAC-SHA-256 of the body, hex>`; the
 * body holds the time of sending, so that an old message cannot be played again. `verifyNotice` checks both.
 */
export function webhook(options: { readonly url: TextOrSecret; readonly secret?: TextOrSecret }): NotifierSpec {
  checkCall('notify.webhook', { options }, { options: optionsOf({ url: aTextOrSecret, secret: optional(aTextOrSecret) }) });
  return Object.freeze({ notifier: 'webhook', ...options });
}

/** Posts `{ text, blocks }` as Slack's incoming webhooks take it; Mattermost and Rocket.Chat take the same. */
export function slack(options: { readonly url: TextOrSecret }): NotifierSpec {
  checkCall('notify.slack', { options }, { options: optionsOf({ url: aTextOrSecret }) });
  return Object.freeze({ notifier: 'slack', ...options });
}

/** Sends a mail. `server`: `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
export function email(options: {
  readonly server: TextOrSecret;
  readonly from: string;
  readonly to: readonly string[];
}): NotifierSpec {
  checkCall('notify.email', { options }, { options: optionsOf({ server: aTextOrSecret, from: aText, to: listOf(aText) }) });
  return Object.freeze({ notifier: 'email', ...options });
}

/** Writes one JSON line on the standard output of the worker. */
export function stdout(): NotifierSpec {
  return Object.freeze({ notifier: 'stdout' });
}

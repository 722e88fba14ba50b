import type { NoticeDelivery, NoticeMessage, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
import type { SecretMarker } from '../contracts/plan.js';
import { postJson } from './post-json.js';
import { type Mail, sendMail } from './send-mail.js';
import { DELIVERY_HEADER, SIGNATURE_HEADER, signatureOf } from './signature.js';
import { slackMessage } from './slack-message.js';

/** A notifier whose secrets have been put in. */
export type PlainNotifier =
  | { readonly notifier: 'stdout' }
  | { readonly notifier: 'webhook'; readonly url: string; readonly secret?: string }
  | { readonly notifier: 'slack'; readonly url: string }
  | ({ readonly notifier: 'email' } & Mail);

export interface NoticeSurroundings {
  /** Address of the Temporal UI and the namespace, for the link to the run. */
  readonly ui: { readonly address: string; readonly namespace: string } | null;
  readonly signal: AbortSignal;
  readonly writeLine: (line: string) => void;
}

/**
 * Delivers one notice once.
 * @param notify - that of the delivery, with its secrets put in.
 * @throws PipelineError `NOTICE_REFUSED`, `NOTICE_UNDELIVERED`.
 */
export async function sendNotice(
  delivery: NoticeDelivery,
  notify: PlainNotifier,
  surroundings: NoticeSurroundings,
): Promise<NoticeReceipt> {
  const message = messageOf(delivery, surroundings);
  const where = receiverOf(delivery.notify);
  switch (notify.notifier) {
    case 'stdout':
      surroundings.writeLine(JSON.stringify(message));
      return { answer: 'written' };
    case 'webhook': {
      const body = JSON.stringify(message);
      const signed = notify.secret === undefined ? {} : { [SIGNATURE_HEADER]: signatureOf(body, notify.secret) };
      const headers = { [DELIVERY_HEADER]: encodeURIComponent(delivery.id), ...signed };
      return postJson(notify.url, body, headers, where, surroundings.signal);
    }
    case 'slack':
      return postJson(notify.url, JSON.stringify(slackMessage(message)), {}, where, surroundings.signal);
    case 'email':
      return sendMail(notify, message, where);
  }
}

/** The receiver as errors name it: never with a user, a password, a path or a query, for these may be keys. */
export function receiverOf(notify: NotifierSpec): string {
  const host = (address: string | SecretMarker): string => {
    if (typeof address !== 'string') return `the address in secret ${address.$secret}`;
    return URL.canParse(address) ? new URL(address).host : 'an address that is no URL';
  };
  switch (notify.notifier) {
    case 'stdout':
      return 'stdout';
    case 'webhook':
    case 'slack':
      return `${notify.notifier} at ${host(notify.url)}`;
    case 'email':
      return `email to ${notify.to.join(', ')} by ${host(notify.server)}`;
  }
}

function messageOf({ id, notice }: NoticeDelivery, { ui }: NoticeSurroundings): NoticeMessage {
  const { workflowId, runId } = notice;
  const path =
    ui === null ? null : ['namespaces', ui.namespace, 'workflows', workflowId, runId].map(encodeURIComponent).join('/');
  const run = ui === null || path === null ? null : `${ui.address.replace(/\/+$/, '')}/${path}/history`;
  return { ...notice, delivery: id, sentAt: new Date().toISOString(), links: { run, command: `perennial status ${workflowId}` } };
}

import { addressProblems, hostOf } from '../addresses.js';
import { A_TEXT_OR_SECRET, notifierKind } from '../notifier-kind.js';
import { DELIVERY_HEADER, SIGNATURE_HEADER, signatureOf } from '../signature.js';

/**
 * Posts the notice as JSON. With `secret` the body is signed: header `x-perennial-signature: sha256=<HMAC-SHA-256 of the body, hex>`; the
 * body holds the time of sending, so that an old message cannot be played again. `verifyNotice` checks both.
 */
export const webhook = notifierKind('notify.webhook', {
  name: 'webhook',
  options: { properties: { url: A_TEXT_OR_SECRET, secret: A_TEXT_OR_SECRET }, required: ['url'] },
  receiver: ({ url }) => `webhook at ${hostOf(url)}`,
  problems: ({ url }) => addressProblems('url', url),
  send: async (message, { url, secret }, { post }) => {
    const body = JSON.stringify(message);
    const signed = secret === undefined ? {} : { [SIGNATURE_HEADER]: signatureOf(body, secret) };
    return post(url, body, { [DELIVERY_HEADER]: encodeURIComponent(message.delivery), ...signed });
  },
});

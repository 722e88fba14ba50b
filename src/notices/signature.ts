import { checkCall } from '../errors/check-call.js';
import { aNumber, aText, either, optional, optionsOf } from '../errors/kinds.js';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NoticeMessage } from '../contracts/plan/hooks.js';
import { PipelineError } from '../errors/pipeline-error.js';

export const SIGNATURE_HEADER = 'x-perennial-signature';
/** The same for every attempt of one notice. */
export const DELIVERY_HEADER = 'x-perennial-delivery';
const DEFAULT_MAX_AGE_MS = 300_000;

/** `sha256=` and the HMAC-SHA-256 of the body, hex. */
export function signatureOf(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * Checks a message that a webhook received, and reads it. Compares in constant time.
 * @param body - as it arrived, byte by byte: JSON that was parsed and written again has another signature.
 * @param signature - the header `x-perennial-signature`; undefined when there is none.
 * @param options - `maxAgeMs`: a message sent longer ago, or later than so far from now, is refused (default 300,000).
 * @throws PipelineError `NOTICE_SIGNATURE`
 */
export function verifyNotice(
  body: string | Uint8Array,
  signature: string | undefined,
  secret: string,
  options: { readonly maxAgeMs?: number; readonly nowMs?: number } = {},
): NoticeMessage {
  const kinds = { maxAgeMs: optional(aNumber), nowMs: optional(aNumber) };
  const aBody = either(aText, { expected: 'bytes', holds: (value) => value instanceof Uint8Array });
  checkCall(
    'verifyNotice',
    { body, signature, secret, options },
    { body: aBody, signature: optional(aText), secret: aText, options: optionsOf(kinds) },
  );
  const expected = Buffer.from(signatureOf(body, secret));
  const received = Buffer.from(signature ?? '');
  if (expected.length !== received.length || !timingSafeEqual(expected, received)) {
    throw new PipelineError('NOTICE_SIGNATURE', {
      what: signature === undefined ? 'the message is not signed' : 'the signature is not that of the message',
      where: `header ${SIGNATURE_HEADER}`,
    });
  }
  const message = readMessage(body);
  const { maxAgeMs = DEFAULT_MAX_AGE_MS, nowMs = Date.now() } = options;
  const ageMs = Math.abs(nowMs - Date.parse(message.sentAt));
  if (ageMs <= maxAgeMs) return message;
  throw new PipelineError('NOTICE_SIGNATURE', {
    what: 'the message is too old',
    expected: `sent within ${maxAgeMs} ms of now`,
    received: message.sentAt,
  });
}

/** A holder of the key may still send other content. */
function readMessage(body: string | Uint8Array): NoticeMessage {
  const refused = (cause?: unknown): PipelineError =>
    new PipelineError('NOTICE_SIGNATURE', {
      what: 'the signed message is no notice',
      expected: 'a JSON object with the time of sending as `sentAt`',
      ...(cause === undefined ? {} : { cause }),
    });
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw refused(error);
  }
  const sent = typeof message === 'object' && message !== null && 'sentAt' in message ? message.sentAt : null;
  if (typeof sent !== 'string') throw refused();
  return message as NoticeMessage;
}

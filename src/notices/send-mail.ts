import type { NoticeMessage, NoticeReceipt } from '../contracts/plan/hooks.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { noticeHeadline, noticeText } from './notice-text.js';

const TIMEOUT_MS = 10_000;

export interface Mail {
  /** `smtp://user:password@host:port` or `smtps://...`. */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
}

/**
 * Sends the notice as a mail of plain text. Every attempt bears the same Message-ID, so that a mailbox keeps one.
 * @throws PipelineError `NOTICE_REFUSED` when the server says no for good (5xx, wrong password), else `NOTICE_UNDELIVERED`.
 */
export async function sendMail({ server, from, to }: Mail, message: NoticeMessage, where: string): Promise<NoticeReceipt> {
  const { createTransport } = await import('nodemailer');
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
  const transport = createTransport({ url: server, ...timeouts });
  try {
    const sent = await transport.sendMail({
      from,
      to: [...to],
      subject: noticeHeadline(message),
      text: noticeText(message),
      messageId: `<${encodeURIComponent(message.delivery)}@perennial>`,
    });
    const missed = sent.rejected.length === 0 ? '' : `; not taken for ${sent.rejected.map(String).join(', ')}`;
    return { answer: `${sent.response}${missed}` };
  } catch (error) {
    throw mailError(error, where);
  } finally {
    transport.close();
  }
}

/** An SMTP answer of 5xx is for good, one of 4xx passes; a wrong password does not mend itself either. */
function mailError(error: unknown, where: string): PipelineError {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const forGood = code === 'EAUTH' || code === 'EENVELOPE' || (responseCode !== undefined && responseCode >= 500);
  return new PipelineError(forGood ? 'NOTICE_REFUSED' : 'NOTICE_UNDELIVERED', {
    what: `the mail server did not take the mail: ${reasonOf(error)}`,
    where,
    details: { code: code ?? null, responseCode: responseCode ?? null },
    cause: error,
  });
}

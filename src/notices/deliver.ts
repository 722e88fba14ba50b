import type { JsonObject } from '../contracts/json.js';
import type { NoticeDelivery, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { SecretProvider } from '../secrets/provider.js';
import { redactError } from '../secrets/redact-error.js';
import { createRedactor } from '../secrets/redactor.js';
import { resolveSecrets } from '../secrets/resolve-secrets.js';
import { type NoticeSurroundings, receiverOf, sendNotice } from './send-notice.js';

/**
 * Puts the secrets of a notifier in and delivers; no error shows their values.
 * @throws PipelineError what `sendNotice` throws, `SECRET_MISSING`, `SECRET_TOO_SHORT`, `SECRET_UNREADABLE`.
 */
export async function deliver(
  delivery: NoticeDelivery,
  secrets: SecretProvider,
  surroundings: NoticeSurroundings,
): Promise<NoticeReceipt> {
  const notify: JsonObject = { ...delivery.notify };
  const { config, values } = await resolveSecrets(notify, secrets, receiverOf(delivery.notify));
  try {
    // What was a NotifierSpec has no markers any more.
    return await sendNotice(delivery, config as NotifierSpec, surroundings);
  } catch (error) {
    throw isPipelineError(error) ? redactError(error, createRedactor(values)) : error;
  }
}

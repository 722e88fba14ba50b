import type { NoticeDelivery, NoticeMessage, NoticeReceipt, NotifierSpec } from '../contracts/plan/hooks.js';
import { isPlainObject } from '../contracts/json.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { checkRunOptions } from '../kinds/check-options.js';
import type { NoticeTools } from './notifier-kind.js';
import { NOTIFIERS } from './notifiers.js';
import { postJson } from './post-json.js';

/** Time limit of one attempt; the activity has a minute. */
const ATTEMPT_MS = 30_000;

export interface NoticeSurroundings {
  /** Address of the Temporal UI and the namespace, for the link to the run. */
  readonly ui: { readonly address: string; readonly namespace: string } | null;
  readonly signal: AbortSignal;
  readonly writeLine: (line: string) => void;
}

/**
 * Delivers one notice once.
 * @param plain - the notifier of the delivery, with its secrets put in.
 * @throws PipelineError `NOTICE_REFUSED`, `NOTICE_UNDELIVERED`, `EXTENSION_UNKNOWN`, `EXTENSION_OPTIONS_INVALID`, `EXTENSION_RESULT_INVALID`.
 */
export async function sendNotice(
  delivery: NoticeDelivery,
  { notifier, ...options }: NotifierSpec,
  surroundings: NoticeSurroundings,
): Promise<NoticeReceipt> {
  const kind = NOTIFIERS.named(notifier);
  const where = receiverOf(delivery.notify);
  checkRunOptions(where, kind, options);
  const limit = AbortSignal.timeout(ATTEMPT_MS);
  const signal = AbortSignal.any([surroundings.signal, limit]);
  const tools: NoticeTools = {
    signal,
    where,
    post: (url, body, headers = {}) =>
      postJson(url, typeof body === 'string' ? body : JSON.stringify(body), headers, where, signal),
    writeLine: surroundings.writeLine,
  };
  try {
    const receipt: unknown = await unlessAborted(signal, kind.send(messageOf(delivery, surroundings), options, tools));
    if (isPlainObject(receipt) && typeof receipt['answer'] === 'string') return { answer: receipt['answer'] };
    throw new PipelineError('EXTENSION_RESULT_INVALID', {
      what: `\`send\` of the notifier "${notifier}" returned no receipt`,
      where,
      expected: '{ answer: string }',
      received: typeof receipt,
    });
  } catch (error) {
    if (isPipelineError(error) || surroundings.signal.aborted) throw error;
    const what = limit.aborted ? `nothing came of it within ${ATTEMPT_MS} ms` : `the notifier failed: ${reasonOf(error)}`;
    throw new PipelineError('NOTICE_UNDELIVERED', { what, where, cause: error });
  }
}

/** A notifier may pay no heed to the signal. */
function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

/** The receiver as errors name it: never with a user, a password, a path or a query, for these may be keys. */
export function receiverOf({ notifier, ...options }: NotifierSpec): string {
  return NOTIFIERS.find(notifier)?.receiver(options) ?? notifier;
}

function messageOf({ id, notice }: NoticeDelivery, { ui }: NoticeSurroundings): NoticeMessage {
  const { workflowId, runId } = notice;
  const path =
    ui === null ? null : ['namespaces', ui.namespace, 'workflows', workflowId, runId].map(encodeURIComponent).join('/');
  const run = ui === null || path === null ? null : `${ui.address.replace(/\/+$/, '')}/${path}/history`;
  return { ...notice, delivery: id, sentAt: new Date().toISOString(), links: { run, command: `perennial status ${workflowId}` } };
}

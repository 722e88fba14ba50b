import type { NoticeReceipt } from '../contracts/plan/hooks.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 300;
/** Refusals that may be over in a while: the request timed out, too many requests. */
const PASSING = new Set([408, 429]);

/**
 * Posts JSON. `where` names the receiver in errors; the address itself may be a secret and is not shown.
 * @throws PipelineError `NOTICE_REFUSED` on 3xx and 4xx, `NOTICE_UNDELIVERED` on 408, 429, 5xx, a time-out or no connection.
 */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  where: string,
  signal: AbortSignal,
): Promise<NoticeReceipt> {
  const response = await reach(url, body, headers, where, signal);
  if (response.ok) {
    await response.body?.cancel();
    return { answer: `${response.status} ${response.statusText}`.trim() };
  }
  const retryable = response.status >= 500 || PASSING.has(response.status);
  const answer = (await response.text().catch(() => '')).slice(0, MAX_ANSWER);
  throw new PipelineError(retryable ? 'NOTICE_UNDELIVERED' : 'NOTICE_REFUSED', {
    what: `the receiver answered ${response.status}${answer === '' ? '' : `: ${answer}`}`,
    where,
    expected: 'an answer of 200 to 299',
    details: { status: response.status },
  });
}

async function reach(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  where: string,
  signal: AbortSignal,
): Promise<Response> {
  if (!URL.canParse(url)) throw new PipelineError('NOTICE_REFUSED', { what: 'the address is no URL', where });
  try {
    return await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'perennial', ...headers },
      // A redirected POST would arrive as a GET without the notice.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new PipelineError('NOTICE_UNDELIVERED', { what: `no answer: ${reasonOf(error)}`, where, cause: error });
  }
}

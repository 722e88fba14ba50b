import { anObject, aText, listOf } from '../errors/kinds.js';
import { checkSettings } from '../errors/check-call.js';
import type { NoticeMessage, RunNotice } from '../contracts/plan/hooks.js';

/** The one sentence that says what happened; also the subject of a mail. */
export function noticeHeadline(notice: RunNotice): string {
  checkSettings('noticeHeadline', notice, { event: aText, pipeline: aText, workflowId: aText });
  const { event, pipeline, workflowId } = notice;
  switch (event) {
    case 'success':
      return `${pipeline} succeeded: ${workflowId}`;
    case 'failure':
      return `${pipeline} failed: ${workflowId}`;
    case 'blocked':
      return `${pipeline} waits for a decision: ${workflowId}`;
    case 'slow':
      return `${pipeline} is slow: ${workflowId} is not finished yet`;
  }
}

/** One line a step: what it is in and why. */
export function stepSentences({ steps }: RunNotice): readonly string[] {
  return steps.map(({ step, status, message }) => `${step} is ${status}${message === null ? '' : `: ${message}`}`);
}

/** The whole notice as plain text. */
export function noticeText(message: NoticeMessage): string {
  checkSettings('noticeText', message, { at: aText, runId: aText, links: anObject, steps: listOf(anObject) });
  const { at, runId, links } = message;
  return [
    noticeHeadline(message),
    '',
    ...stepSentences(message).map((sentence) => `- ${sentence}`),
    ...(message.steps.length === 0 ? [] : ['']),
    `at   ${at}`,
    `run  ${runId}`,
    `look ${links.command}`,
    ...(links.run === null ? [] : [`     ${links.run}`]),
    '',
  ].join('\n');
}

import type { JsonObject } from '../contracts/json.js';
import type { NoticeMessage, RunNotice } from '../contracts/plan/hooks.js';
import { noticeHeadline, stepSentences } from './notice-text.js';

const MARKS: Readonly<Record<RunNotice['event'], string>> = {
  success: ':white_check_mark:',
  failure: ':x:',
  blocked: ':raised_hand:',
  slow: ':hourglass_flowing_sand:',
};
/** Slack takes at most 3,000 characters in a section. */
const MAX_SECTION = 2_900;

/** The notice as an incoming webhook of Slack takes it; `text` is what notifications and simpler receivers show. */
export function slackMessage(message: NoticeMessage): JsonObject {
  const headline = `${MARKS[message.event]} *${escapeSlack(noticeHeadline(message))}*`;
  const steps = stepSentences(message).map((sentence) => `• ${escapeSlack(sentence)}`);
  const { command, run } = message.links;
  const links = [`\`${escapeSlack(command)}\``, ...(run === null ? [] : [`<${run}|open the run>`])].join('  ');
  const section = (text: string): JsonObject => ({ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, MAX_SECTION) } });
  return {
    text: noticeHeadline(message),
    blocks: [
      section([headline, ...steps].join('\n')),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `${message.at}  ${links}` }] },
    ],
  };
}

/** The three characters that Slack reads as markup of its own. */
const escapeSlack = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

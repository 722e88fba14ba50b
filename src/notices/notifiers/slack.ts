import { addressProblems, hostOf } from '../addresses.js';
import { A_TEXT_OR_SECRET, notifierKind } from '../notifier-kind.js';
import { slackMessage } from '../slack-message.js';

/** Posts `{ text, blocks }` as Slack's incoming webhooks take it; Mattermost and Rocket.Chat take the same. */
export const slack = notifierKind('notify.slack', {
  name: 'slack',
  options: { properties: { url: A_TEXT_OR_SECRET }, required: ['url'] },
  receiver: ({ url }) => `slack at ${hostOf(url)}`,
  problems: ({ url }) => addressProblems('url', url),
  send: async (message, { url }, { post }) => post(url, slackMessage(message)),
});

// A notifier that posts adaptive cards to Microsoft Teams: `teams({ url: secret('TEAMS_URL'), mention: 'ml-on-call@example.com' })`.
import { defineNotifier, type NoticeMessage } from 'perennial-ml/extend';

const COLOURS: Readonly<Record<NoticeMessage['event'], string>> = {
  success: 'Good',
  failure: 'Attention',
  blocked: 'Warning',
  slow: 'Warning',
};
const HEADLINES: Readonly<Record<NoticeMessage['event'], string>> = {
  success: 'succeeded',
  failure: 'failed',
  blocked: 'waits for a decision',
  slow: 'is slow',
};
/** Teams refuses messages of more than 28 KB. */
const MAX_STEPS = 20;

export const teams = defineNotifier({
  name: 'teams',
  options: {
    properties: {
      url: { type: 'string', title: 'the address of a Teams workflow, or a secret' },
      mention: { type: 'string', title: 'a mail address', pattern: '^\\S+@\\S+$' },
    },
    required: ['url'],
  },
  receiver: ({ url }) => (typeof url === 'string' ? `Teams at ${new URL(url).host}` : `Teams at the address in ${url.$secret}`),
  problems: ({ url }) =>
    typeof url !== 'string' || URL.canParse(url)
      ? []
      : [{ option: 'url', message: 'expected an address that begins with https://, or a secret' }],
  send: (message, { url, mention }, { post }) =>
    post(url, {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: cardOf(message, mention) }],
    }),
});

function cardOf(message: NoticeMessage, mention: string | undefined): object {
  const { event, pipeline, workflowId, at, steps, links } = message;
  const who = mention === undefined ? '' : `<at>${mention}</at> `;
  return {
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', weight: 'Bolder', color: COLOURS[event], text: `${who}${pipeline} ${HEADLINES[event]}`, wrap: true },
      {
        type: 'FactSet',
        facts: [
          { title: 'Run', value: workflowId },
          { title: 'At', value: at },
          ...steps
            .slice(0, MAX_STEPS)
            .map(({ step, status, message: why }) => ({ title: step, value: why === null ? status : `${status}: ${why}` })),
        ],
      },
      { type: 'TextBlock', fontType: 'Monospace', text: links.command, wrap: true },
    ],
    ...(links.run === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open the run', url: links.run }] }),
    ...(mention === undefined ? {} : { msteams: { entities: [mentionOf(mention)] } }),
  };
}

const mentionOf = (mail: string): object => ({ type: 'mention', text: `<at>${mail}</at>`, mentioned: { id: mail, name: mail } });

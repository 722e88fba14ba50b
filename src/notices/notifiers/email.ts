import { addressProblems, hostOf } from '../addresses.js';
import { A_TEXT_OR_SECRET, notifierKind } from '../notifier-kind.js';
import { sendMail } from '../send-mail.js';

const SMTP = ['smtp:', 'smtps:'];

/** Sends a mail. `server`: `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
export const email = notifierKind('notify.email', {
  name: 'email',
  options: {
    properties: { server: A_TEXT_OR_SECRET, from: { type: 'string' }, to: { type: 'array', items: { type: 'string' } } },
    required: ['server', 'from', 'to'],
  },
  receiver: ({ server, to }) => `email to ${Array.isArray(to) ? to.join(', ') : 'those in a secret'} by ${hostOf(server)}`,
  problems: ({ server, from, to }) => {
    const receivers = Array.isArray(to) ? to : [];
    const named = [['from', from] as const, ...receivers.map((address, index) => [`to.${index}`, address] as const)];
    return [
      ...addressProblems('server', server, SMTP),
      ...(Array.isArray(to) && to.length === 0 ? [{ option: 'to', message: 'expected at least one receiver' }] : []),
      ...named.flatMap(([option, address]) =>
        typeof address !== 'string' || address.includes('@')
          ? []
          : [{ option, message: `expected a mail address, got "${address}"` }],
      ),
    ];
  },
  send: (message, mail, { where }) => sendMail(mail, message, where),
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { teams } from '../../examples/extending/teams.js';
import { notify } from '../../src/index.js';
import { notifierContract } from '../../src/testing/index.js';

const mails = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
beforeAll(async () => {
  mails.listen(0, '127.0.0.1');
  await once(mails.server, 'listening');
});
afterAll(async () => {
  mails.close();
  await once(mails.server, 'close');
});

describe('notifiers', () => {
  const url = 'https://hooks.example.com/services/T0/key?token=secret';
  for (const { title, run } of [
    ...notifierContract(notify.stdout),
    ...notifierContract(notify.webhook, { url, secret: 'signing-key' }),
    ...notifierContract(notify.slack, { url }),
    ...notifierContract(teams, { url, mention: 'on-call@example.com' }),
  ])
    it(title, run);

  it('email keeps to it with a mail server', async () => {
    const { port } = mails.server.address() as AddressInfo;
    const server = `smtp://127.0.0.1:${port}`;
    for (const { run } of notifierContract(notify.email, { server, from: 'a@example.com', to: ['b@example.com'] })) await run();
  });
});

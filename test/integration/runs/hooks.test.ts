import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, gt, notify, secret, verifyNotice } from '../../../src/index.js';
import type { NoticeMessage } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, until, waitFor } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const KEY = 'a shared key of both sides';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const received: Received[] = [];
/** Answers still to be given before every one is 200. */
let answers: number[] = [];
const receiver: Server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(answers.shift() ?? 200).end();
  });
});

const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
const mailServer = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  authOptional: true,
  onAuth: ({ username, password }, _session, done) => {
    if (username === 'mailer' && password === 'open sesame') done(null, { user: username });
    else done(new Error('wrong password'));
  },
  onData: (stream, session, done) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('end', () => {
      mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      done();
    });
  },
});

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

describe('hooks of a run', () => {
  let server: TestServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    const port = await listening(receiver);
    const nobody = createServer();
    const closed = await listening(nobody);
    nobody.close();
    const smtp = await new Promise<number>((resolve) => {
      const listener = mailServer.listen(0, '127.0.0.1', () => {
        resolve((listener.address() as AddressInfo).port);
      });
    });
    const at = (path: string): string => `http://127.0.0.1:${port}/${path}`;
    const hook = notify.webhook({ url: at('hook'), secret: secret('NOTICE_KEY') });
    const pipelines = [
      definePipeline(
        'good',
        { params: {}, hooks: { onSuccess: [hook, notify.slack({ url: at('slack') })], onFailure: [hook] } },
        (p) => p.step('only', { run: async () => 1 }),
      ),
      definePipeline(
        'bad',
        {
          params: {},
          hooks: {
            onSuccess: [hook],
            onFailure: [
              hook,
              notify.email({ server: secret('MAIL_SERVER'), from: 'ml@example.com', to: ['on-call@example.com'] }),
            ],
          },
        },
        (p) =>
          p.step('only', {
            run: async (): Promise<number> => {
              throw new Error('the disk is on fire');
            },
          }),
      ),
      definePipeline('asking', { params: {}, hooks: { onBlocked: [hook], onSuccess: [notify.stdout()] } }, (p) => {
        const asked = p.approval('ask', { message: 'ship it?' });
        return p.step('ship', { inputs: { asked }, run: async () => 1 });
      }),
      definePipeline('escalating', { params: {}, hooks: { onBlocked: [hook] } }, (p) =>
        p.approval('ask', { message: 'ship it?', approvers: ['ada'], escalate: { after: '300 milliseconds', to: ['eve'] } }),
      ),
      definePipeline('rounds', { params: {}, hooks: { onBlocked: [hook] } }, (p) =>
        p.loop('improve', {
          times: 2,
          start: 0,
          body: (previous) => {
            const asked = p.approval('review', { message: 'once more?', inputs: { previous } });
            p.step('meanwhile', {
              run: async (_, { signal }) => {
                await waitFor(1_000, signal);
                return 1;
              },
            });
            return p.step('improved', { inputs: { previous, asked }, run: ({ previous: before }) => before + 1 });
          },
          until: (last) => gt(last, 5),
        }),
      ),
      definePipeline('slow', { params: {}, hooks: { onSlow: { after: '300 milliseconds', notify: [hook] } } }, (p) =>
        p.step('long', {
          run: async (_, context) => {
            await waitFor(2_000, context.signal);
            return 1;
          },
        }),
      ),
      definePipeline('quick', { params: {}, hooks: { onSlow: { after: '1 hour', notify: [hook] } } }, (p) =>
        p.step('only', { run: async () => 1 }),
      ),
      definePipeline(
        'unheard',
        {
          params: {},
          hooks: {
            onSuccess: [
              notify.webhook({ url: `http://127.0.0.1:${closed}/` }),
              notify.webhook({ url: at('gone') }),
              notify.slack({ url: secret('NO_SUCH') }),
            ],
          },
        },
        (p) => p.step('only', { run: async () => 1 }),
      ),
    ];
    server = await startTestServer();
    folder = await temporaryFolder();
    const values = new Map([
      ['NOTICE_KEY', KEY],
      ['MAIL_SERVER', `smtp://mailer:open%20sesame@127.0.0.1:${smtp}`],
    ]);
    const secrets = { place: 'the test', read: (name: string) => Promise.resolve(values.get(name) ?? null) };
    worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address, secrets });
    running = worker.run();
    client = await connectClient({ address: server.address });
  }, 60_000);

  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
    receiver.close();
    receiver.closeAllConnections();
    await new Promise<void>((resolve) => {
      mailServer.close(resolve);
    });
  }, 60_000);

  beforeEach(() => {
    received.length = 0;
    answers = [];
  });

  const arrival = async (count: number): Promise<void> => {
    await eventually(
      () => received.length,
      (arrived) => arrived >= count,
    );
    expect(received).toHaveLength(count);
  };
  const delivery = (id: string): Promise<unknown> => client.result(id);

  it('tell of a success, signed, and try again after a 500', async () => {
    answers = [500];
    const { workflowId, runId } = await client.start('good', {}, { workflowId: 'good-1' });
    await client.result(workflowId);
    await expect(delivery('good-1/notice/success/1')).resolves.toEqual({ answer: '200 OK' });
    await expect(delivery('good-1/notice/success/2')).resolves.toEqual({ answer: '200 OK' });
    const hooks = received.filter(({ path }) => path === '/hook');
    const slacks = received.filter(({ path }) => path === '/slack');
    expect(hooks.length + slacks.length).toBe(3);

    const { body = '', headers } = hooks.at(-1) ?? {};
    const signature = String(headers?.['x-perennial-signature']);
    const notice = verifyNotice(body, signature, KEY);
    expect(notice).toMatchObject({
      event: 'success',
      pipeline: 'good',
      workflowId,
      runId,
      steps: [],
      delivery: 'good-1/notice/success/1',
    });
    expect(notice.links.command).toBe('perennial status good-1');
    expect(() => verifyNotice(body.replace('good', 'evil'), signature, KEY)).toThrow('signature');
    expect(JSON.parse(slacks.at(-1)?.body ?? '')).toMatchObject({ text: 'good succeeded: good-1' });
  });

  it('tell of a failure by webhook and mail, with the step and its reason', async () => {
    const { workflowId } = await client.start('bad', {});
    await expect(client.result(workflowId)).rejects.toThrow();
    await Promise.all([delivery(`${workflowId}/notice/failure/1`), delivery(`${workflowId}/notice/failure/2`)]);
    await arrival(1);
    const notice = JSON.parse(received[0]?.body ?? '') as NoticeMessage;
    expect(notice.event).toBe('failure');
    expect(notice.steps[0]).toMatchObject({ step: 'only', status: 'failed' });
    expect(notice.steps[0]?.message).toContain('EXECUTION_STEP_FAILED: Error: the disk is on fire');
    expect(mails.at(-1)?.to).toEqual(['on-call@example.com']);
    expect(mails.at(-1)?.text).toContain(`Subject: bad failed: ${workflowId}`);
    expect(mails.at(-1)?.text).toContain('the disk is on fire');
  });

  it('tell of an approval that waits, once', async () => {
    const { workflowId } = await client.start('asking', {});
    await arrival(1);
    const notice = JSON.parse(received[0]?.body ?? '') as NoticeMessage;
    expect(notice).toMatchObject({ event: 'blocked', steps: [{ step: 'ask', status: 'waiting' }] });
    expect(notice.steps[0]?.message).toContain('ship it?');
    await until(client, workflowId, ({ status }) => status === 'waiting');
    await client.approve(workflowId, { step: 'ask', by: 'somebody' });
    await client.result(workflowId);
    expect(received).toHaveLength(1);
  });

  it('tell of an approval again when others may answer too, with their names', async () => {
    const { workflowId } = await client.start('escalating', {});
    await arrival(2);
    const notices = received
      .map(({ body }) => JSON.parse(body) as NoticeMessage)
      .sort((one, other) => one.at.localeCompare(other.at));
    expect(
      notices.map(({ event, steps }) => [event, ...steps.map(({ step, message }) => `${step}: ${String(message)}`)]),
    ).toEqual([
      ['blocked', 'ask: ship it? (from ada)'],
      ['blocked', 'ask: ship it? (from ada, eve)'],
    ]);
    await client.approve(workflowId, { step: 'ask', by: 'eve' });
    await client.result(workflowId);
    expect(received).toHaveLength(2);
  });

  it('tell of an approval inside a loop in every round, by the name under which it is answered, also while another step works', async () => {
    const { workflowId } = await client.start('rounds', {});
    for (const [round, step] of ['review[0]', 'review[1]'].entries()) {
      await arrival(round + 1);
      const notice = JSON.parse(received[round]?.body ?? '') as NoticeMessage;
      expect(notice).toMatchObject({ event: 'blocked', steps: [{ step, status: 'waiting' }] });
      expect(notice.steps[0]?.message).toContain('once more?');
      await client.approve(workflowId, { step, by: 'somebody' });
    }
    await expect(client.result(workflowId)).resolves.toMatchObject({ status: 'succeeded' });
    expect(received).toHaveLength(2);
  });

  it('tell of a run that takes longer than its deadline, and not of one that ends before', async () => {
    const slow = await client.start('slow', {});
    const quick = await client.start('quick', {});
    await Promise.all([client.result(slow.workflowId), client.result(quick.workflowId)]);
    await arrival(1);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ event: 'slow', steps: [{ step: 'long', status: 'running' }] });
  });

  it('leave the run alone when a receiver is dead, and show the failed delivery with its code', async () => {
    answers = [404];
    const { workflowId } = await client.start('unheard', {});
    await expect(client.result(workflowId)).resolves.toMatchObject({ status: 'succeeded' });
    const refused = await delivery(`${workflowId}/notice/success/2`).catch((error: unknown) => error);
    expect(failureCode(refused)).toMatchObject({ code: 'NOTICE_REFUSED' });
    await client.reset(`${workflowId}/notice/success/2`);
    await expect(delivery(`${workflowId}/notice/success/2`)).resolves.toEqual({ answer: '200 OK' });
    const unknown = await delivery(`${workflowId}/notice/success/3`).catch((error: unknown) => error);
    expect(failureCode(unknown)).toMatchObject({ code: 'SECRET_MISSING' });
    const [dead] = await client.progress(`${workflowId}/notice/success/1`);
    expect(dead?.lastFailure).toMatch(/no answer: .*ECONNREFUSED.* in webhook at 127\.0\.0\.1:/);
    await eventually(
      () => client.list('WorkflowType = "deliverNotice" AND ExecutionStatus = "Failed"'),
      (failed) => failed.some((run) => run.workflowId === `${workflowId}/notice/success/3`),
    );
  });
});

import { aKind, anObject } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { JsonObject } from '../../contracts/json.js';
import type { HookEvent, NoticeMessage } from '../../contracts/plan/hooks.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { NotifierKind, NoticeTools } from '../../notices/notifier-kind.js';
import type { ContractCase } from './contract-case.js';

const EVENTS: readonly HookEvent[] = ['success', 'failure', 'blocked', 'slow'];

const messageOf = (event: HookEvent): NoticeMessage => ({
  event,
  pipeline: 'contract',
  workflowId: 'contract-1',
  runId: 'run-1',
  at: '2026-01-01T00:00:00.000Z',
  steps: event === 'success' ? [] : [{ step: 'train', status: 'failed', message: 'loss < 0 & "rising"' }],
  delivery: `contract-1/notice/${event}/1`,
  sentAt: '2026-01-01T00:00:01.000Z',
  links:
    event === 'slow' ? { run: null, command: 'perennial status contract-1' } : { run: 'https://ui.example/run', command: 'x' },
});

/**
 * What a run counts on in a notifier, for any test framework: `for (const { title, run } of notifierContract(teams, { url })) it(title, run)`.
 * What goes through `post` reaches nobody; what `send` sends by other means goes where the options say.
 * @param options - of a receiver that takes messages; each text stands for one that might be a secret.
 */
export function notifierContract(
  made: { readonly kind: NotifierKind },
  options: { readonly [name: string]: unknown } = {},
): readonly ContractCase[] {
  checkCall('notifierContract', { constructor: made, options }, { constructor: aKind, options: anObject });
  const { kind } = made;
  const given = options as JsonObject;
  const deliver = (message: NoticeMessage, post: NoticeTools['post']): Promise<unknown> =>
    kind.send(message, given, {
      signal: new AbortController().signal,
      where: kind.receiver(given),
      post,
      writeLine: () => undefined,
    });
  const accepts: NoticeTools['post'] = (url, body) => {
    assert.ok(URL.canParse(url), `${url} is no URL`);
    assert.doesNotThrow(() => JSON.stringify(body));
    return Promise.resolve({ answer: '200 OK' });
  };
  return [
    {
      title: `${kind.name} delivers a notice of every event and gives the answer of its receiver`,
      run: async () => {
        for (const event of EVENTS) {
          const receipt = await deliver(messageOf(event), accepts);
          assert.equal(typeof (receipt as { answer?: unknown } | null)?.answer, 'string', `${event}: ${JSON.stringify(receipt)}`);
        }
      },
    },
    {
      title: `${kind.name} passes on that its receiver said no`,
      run: async () => {
        const asked: string[] = [];
        const refuse: NoticeTools['post'] = (url) => {
          asked.push(url);
          return Promise.reject(new PipelineError('NOTICE_REFUSED', { what: 'no such channel' }));
        };
        const error: unknown = await deliver(messageOf('failure'), refuse).then(
          () => null,
          (reason: unknown) => reason,
        );
        if (asked.length > 0) assert.ok(isPipelineError(error) && error.code === 'NOTICE_REFUSED', 'it hid the refusal');
      },
    },
    {
      title: `${kind.name} names its receiver also when its options are secrets, and shows no path, query or password of an address`,
      run: () => {
        const hidden = Object.fromEntries(Object.keys(given).map((name) => [name, { $secret: `SECRET_${name.toUpperCase()}` }]));
        assert.ok(kind.receiver(hidden).length > 0);
        const shown = kind.receiver(given);
        for (const text of Object.values(given)) {
          if (typeof text !== 'string' || !URL.canParse(text)) continue;
          const { pathname, search, password } = new URL(text);
          for (const part of [pathname, search, password]) {
            if (part.length > 1) assert.ok(!shown.includes(part), `"${shown}" shows ${part}`);
          }
        }
      },
    },
    {
      title: `${kind.name} leaves the message and its options as they are`,
      run: async () => {
        const message = messageOf('blocked');
        const before = JSON.stringify([message, given]);
        await deliver(message, accepts);
        assert.equal(JSON.stringify([message, given]), before);
      },
    },
  ];
}

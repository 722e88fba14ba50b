import { describe, expect, it } from '@jest/globals';
import type { NoticeDelivery, NotifierSpec } from '../../../src/contracts/plan/hooks.js';
import { defineNotifier, type NoticeMessage } from '../../../src/extend/index.js';
import { definePipeline, secret } from '../../../src/index.js';
import { deliver } from '../../../src/notices/deliver.js';

const sent: (readonly [NoticeMessage, object])[] = [];
const pager = defineNotifier({
  name: 'pager',
  options: {
    properties: { key: { type: 'string' }, level: { type: 'integer', minimum: 1, default: 3 }, how: { type: 'string' } },
    required: ['key'],
  },
  receiver: ({ key }) => (typeof key === 'string' ? 'the pager' : `the pager of ${key.$secret}`),
  problems: ({ level }) => (level === 13 ? [{ option: 'level', message: 'expected a lucky number, got 13' }] : []),
  send: async (message, options) => {
    sent.push([message, options]);
    if (options.how === 'throw') throw new Error(`the key ${options.key} is not known`);
    return options.how === 'nothing' ? (undefined as never) : { answer: 'beeped' };
  },
});

const deliveryOf = (notify: NotifierSpec): NoticeDelivery => ({
  id: 'w/notice/failure/1',
  notice: { event: 'failure', pipeline: 'p', workflowId: 'w', runId: 'r', at: '2026-01-01T00:00:00.000Z', steps: [] },
  notify,
});
const secrets = { place: 'the test', read: (name: string) => Promise.resolve(name === 'PAGER_KEY' ? 'swordfish' : null) };
const delivered = (notify: object): Promise<{ readonly answer: string }> =>
  deliver(deliveryOf(JSON.parse(JSON.stringify(notify)) as NotifierSpec), secrets, {
    ui: null,
    signal: new AbortController().signal,
    writeLine: () => undefined,
  });

describe('a notifier that was added', () => {
  it('stands in the plan by its name and options, gets the values of secrets, and its answer is the receipt', async () => {
    const { plan } = definePipeline('p', { hooks: { onFailure: [pager({ key: secret('PAGER_KEY') })] } }, (p) =>
      p.step('only', { run: async () => 1 }),
    );
    expect(plan.hooks).toEqual([{ on: 'failure', notify: { notifier: 'pager', key: { $secret: 'PAGER_KEY' }, level: 3 } }]);
    expect(await delivered(pager({ key: secret('PAGER_KEY') }))).toEqual({ answer: 'beeped' });
    expect(sent.at(-1)).toEqual([expect.objectContaining({ workflowId: 'w' }), { key: 'swordfish', level: 3 }]);
  });

  it('fails without the value of a secret, is tried again after an error, and must give a receipt', async () => {
    const failed = pager({ key: secret('PAGER_KEY'), how: 'throw' });
    await expect(delivered(failed)).rejects.toMatchObject({
      code: 'NOTICE_UNDELIVERED',
      retryable: true,
      message: expect.stringMatching(/the key (?!swordfish).* is not known[^]*the pager of PAGER_KEY/),
    });
    await expect(delivered(pager({ key: 'k', how: 'nothing' }))).rejects.toMatchObject({ code: 'EXTENSION_RESULT_INVALID' });
    await expect(delivered({ notifier: 'pagr' })).rejects.toMatchObject({
      code: 'EXTENSION_UNKNOWN',
      message: expect.stringContaining('email, pager, slack, stdout, webhook'),
    });
    await expect(delivered({ notifier: 'pager', key: 'k', level: 0 })).rejects.toMatchObject({
      code: 'EXTENSION_OPTIONS_INVALID',
    });
  });

  it('is checked where a pipeline file names it', () => {
    expect(() => pager({ key: 3, level: 0 } as never)).toThrow(/`key`: expected a text[^]*`level`: expected a whole number/);
    expect(() =>
      definePipeline('p', { hooks: { onSuccess: [pager({ key: 'k', level: 13 })] } }, (p) =>
        p.step('only', { run: async () => 1 }),
      ),
    ).toThrow('expected a lucky number, got 13');
    expect(() => defineNotifier({ name: 'slack', options: { properties: {} }, send: async () => ({ answer: '' }) })).toThrow(
      'there is a notifier "slack" already',
    );
    expect(() => defineNotifier({ name: 'mute', options: { properties: {} } } as never)).toThrow(
      '`send` of a notifier is missing',
    );
  });
});

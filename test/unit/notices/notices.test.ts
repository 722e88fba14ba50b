import { describe, expect, it } from '@jest/globals';
import type { NoticeMessage } from '../../../src/contracts/plan/hooks.js';
import { noticeText } from '../../../src/notices/notice-text.js';
import { receiverOf } from '../../../src/notices/send-notice.js';
import { signatureOf, verifyNotice } from '../../../src/notices/signature.js';
import { slackMessage } from '../../../src/notices/slack-message.js';

const message: NoticeMessage = {
  event: 'failure',
  pipeline: 'flight-delay',
  workflowId: 'flight-delay-1',
  runId: 'r1',
  at: '2026-01-01T00:00:00.000Z',
  steps: [{ step: 'train', status: 'failed', message: 'loss < 0 & rising' }],
  delivery: 'flight-delay-1/notice/failure/1',
  sentAt: '2026-01-01T00:00:01.000Z',
  links: { run: null, command: 'perennial status flight-delay-1' },
};
const body = JSON.stringify(message);
const nowMs = Date.parse('2026-01-01T00:02:00.000Z');

describe('verifyNotice', () => {
  it('takes what was signed with the key, as HMAC-SHA-256 of the body', () => {
    // echo -n '{}' | openssl dgst -sha256 -hmac key (OpenSSL 3.0)
    expect(signatureOf('{}', 'key')).toBe('sha256=a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032');
    expect(verifyNotice(body, signatureOf(body, 'key'), 'key', { nowMs })).toEqual(message);
  });

  it.each([
    ['no signature', body, undefined, nowMs],
    ['another key', body, signatureOf(body, 'other'), nowMs],
    ['another body', `${body} `, signatureOf(body, 'key'), nowMs],
    ['an old message played again', body, signatureOf(body, 'key'), nowMs + 600_000],
    ['a message of the future', body, signatureOf(body, 'key'), nowMs - 600_000],
  ])('refuses %s', (_, sent, signature, at) => {
    expect(() => verifyNotice(sent, signature, 'key', { nowMs: at })).toThrow(
      expect.objectContaining({ code: 'NOTICE_SIGNATURE' }),
    );
  });

  it.each(['', 'not JSON', 'null', '[]', '{}', '{"sentAt":1}', '{"sentAt":"never"}', '['.repeat(200_000)])(
    'refuses what is signed and no notice: %p',
    (sent) => {
      expect(() => verifyNotice(sent, signatureOf(sent, 'key'), 'key', { nowMs })).toThrow(
        expect.objectContaining({ code: 'NOTICE_SIGNATURE' }),
      );
    },
  );
});

describe('messages', () => {
  it('escape what Slack reads as markup', () => {
    expect(JSON.stringify(slackMessage(message))).toContain('train is failed: loss &lt; 0 &amp; rising');
  });

  it('say in a mail what happened, to which step, and where to look', () => {
    expect(noticeText(message).split('\n')).toEqual([
      'flight-delay failed: flight-delay-1',
      '',
      '- train is failed: loss < 0 & rising',
      '',
      'at   2026-01-01T00:00:00.000Z',
      'run  r1',
      'look perennial status flight-delay-1',
      '',
    ]);
  });

  it('name a receiver without passwords, paths and queries', () => {
    expect(receiverOf({ notifier: 'slack', url: 'https://hooks.example.com/services/T0/B0/key?x=1' })).toBe(
      'slack at hooks.example.com',
    );
    expect(receiverOf({ notifier: 'email', server: 'smtp://me:key@mail:25', from: 'a@b', to: ['c@d'] })).toBe(
      'email to c@d by mail:25',
    );
    expect(receiverOf({ notifier: 'webhook', url: { $secret: 'HOOK' } })).toBe('webhook at the address in secret HOOK');
  });
});

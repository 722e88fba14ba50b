import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { redactError } from '../../../src/secrets/redact-error.js';
import { createRedactor } from '../../../src/secrets/redactor.js';

const VALUE = 's3cr3t/p@ss word+1';
const redactor = createRedactor(new Map([['TOKEN', VALUE]]));
const basic = (user: string): string => Buffer.from(`${user}:${VALUE}`).toString('base64');

describe('a redactor', () => {
  it.each([
    ['the value itself', `token=${VALUE};`],
    ['URL-encoded', `https://x/?t=${encodeURIComponent(VALUE)}`],
    ['form-encoded', `t=${new URLSearchParams({ t: VALUE }).toString()}`],
    ['base64', Buffer.from(VALUE).toString('base64')],
    ['base64 without padding, for URLs', Buffer.from(VALUE).toString('base64url')],
    ...['a', 'ab', 'abc'].map((user) => [`base64 behind "${user}:"`, `Authorization: Basic ${basic(user)}`]),
    ['hexadecimal', Buffer.from(VALUE).toString('hex')],
    ['inside JSON', JSON.stringify({ deep: [VALUE] })],
  ])('finds a value %s', (_, text) => {
    expect(redactor.text(text)).toContain('[secret TOKEN]');
    expect(redactor.find(Buffer.from(text))).toBe('TOKEN');
  });

  it('finds each line of a key of several lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----';
    expect(createRedactor(new Map([['KEY', key]])).text('read MIIEvQIBADANBgkq')).toBe('read [secret KEY]');
  });

  it('leaves no value in any text, and other text as it is', () => {
    const text = fc.string({ maxLength: 40 });
    const value = fc.string({ minLength: 6, maxLength: 40 }).filter((candidate) => candidate.trim().length >= 6);
    fc.assert(
      fc.property(text, value, text, (before, secret, after) => {
        const redact = createRedactor(new Map([['NAME', secret]]));
        expect(redact.text(before + secret + after)).toContain('[secret NAME]');
        expect(redact.json({ [secret]: [secret, 1, null] })).toEqual({ '[secret NAME]': ['[secret NAME]', 1, null] });
      }),
    );
    expect(redactor.text('nothing to see')).toBe('nothing to see');
  });

  it('takes values out of every part of an error', () => {
    const cause = new TypeError(`bad ${VALUE}`);
    const error = redactError(
      new PipelineError('EXECUTION_STEP_FAILED', { what: VALUE, details: { stack: VALUE }, cause }),
      redactor,
    );
    const shown = [error.message, error.stack, JSON.stringify(error.details), String(error.cause), (error.cause as Error).stack];
    expect(error).toMatchObject({ code: 'EXECUTION_STEP_FAILED', retryable: false });
    expect((error.cause as Error).name).toBe('TypeError');
    expect(shown.join('\n')).not.toContain(VALUE);
  });
});

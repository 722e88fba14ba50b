import { describe, expect, it } from '@jest/globals';
import { durationMs, latencyMs, parseDuration } from '../../../src/pipeline/duration.js';

describe('a duration', () => {
  it.each([
    ['1 millisecond', 1],
    ['1.5 seconds', 1_500],
    ['5 minutes', 300_000],
    ['1 hour', 3_600_000],
    ['7 days', 604_800_000],
    ['2 weeks', 1_209_600_000],
    ['0 seconds', 0],
  ] as const)('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['5', 'minutes', '5minutes', '-1 days', '1e3 days', 'Infinity days', '1 month', ' 1 day', '9007199254740992 days'])(
    'is not %j',
    (text) => {
      expect(durationMs(text)).toBeNull();
    },
  );

  it('is rounded to whole milliseconds, except as the limit of a latency', () => {
    expect(durationMs('1500 microseconds')).toBe(2);
    expect(latencyMs('1500 microseconds')).toBe(1.5);
    expect(latencyMs('250 milliseconds')).toBe(250);
    expect(latencyMs('soon')).toBeNull();
  });

  it('fails with its own error', () => {
    expect(() => parseDuration('1 month' as '1 day')).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_DURATION' }));
  });
});

import { describe, expect, it } from '@jest/globals';
import { cronTimes } from '../../../src/pipeline/schedule/cron.js';

const times = (cron: string, timezone: string, from: string, to: string): readonly string[] =>
  cronTimes(cron, timezone, Date.parse(from), Date.parse(to), 1_000).map((ms) => new Date(ms).toISOString().slice(5, 16));

// Golden values: ListScheduleMatchingTimes of Temporal 1.32 (CLI 1.9.1).
describe('the moments of a cron schedule', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28', '2026-03-31', '03-28T01:30 03-30T00:30'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24', '2026-10-26', '10-24T00:30 10-25T01:30'],
    [
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:30Z',
      '2026-10-25T02:30Z',
      '10-24T23:30 10-25T00:00 10-25T01:30 10-25T02:00',
    ],
    ['30 1 * * *', 'America/New_York', '2026-10-31', '2026-11-02', '10-31T05:30 11-01T05:30 11-01T06:30'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03', '2026-10-05', '10-03T15:45 10-04T15:15'],
    ['0 0 * * *', 'America/Santiago', '2026-09-05', '2026-09-08', '09-05T04:00 09-07T03:00'],
    ['0 0 */2 * 1', 'UTC', '2026-03-01', '2026-04-01', '03-09T00:00 03-23T00:00'],
  ])('are those of Temporal: %s in %s from %s', (cron, timezone, from, to, expected) => {
    expect(times(cron, timezone, from, to).join(' ')).toBe(expected);
  });

  it('are none when no day of the range has what is asked for', () => {
    expect(times('0 0 29 2 *', 'UTC', '2025-01-01', '2028-01-01')).toEqual([]);
  });
});

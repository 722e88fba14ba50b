import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BackfillSpec } from '../../../src/contracts/entities/backfill.js';
import { partitionsOf } from '../../../src/pipeline/schedule/partitions.js';

const spec = (over: Partial<BackfillSpec> & { readonly every?: string } = {}): BackfillSpec => ({
  pipeline: 'p',
  name: 'n',
  from: '2001-01-01T00:00:00Z',
  to: '2001-02-01T00:00:00Z',
  timezone: 'UTC',
  cut: { by: 'span', every: over.every ?? '1 day', fromParameter: 'from', toParameter: 'to', format: 'date' },
  parameters: { trees: 5 },
  order: 'oldest',
  concurrency: 4,
  rerun: 'failed',
  author: 'maria',
  ...over,
});
const keys = (one: BackfillSpec): readonly string[] => partitionsOf(one).map(({ key }) => key);

describe('partitions', () => {
  it('are days by default, with their bounds in the parameters', () => {
    const partitions = partitionsOf(spec());
    expect(partitions).toHaveLength(31);
    expect(partitions[0]).toEqual({
      key: '2001-01-01',
      from: '2001-01-01T00:00:00.000Z',
      to: '2001-01-02T00:00:00.000Z',
      parameters: { trees: 5, from: '2001-01-01', to: '2001-01-02' },
    });
    expect(keys(spec({ order: 'newest' })).slice(0, 2)).toEqual(['2001-01-31', '2001-01-30']);
  });

  it('end where the range does and are told apart by both ends', () => {
    expect(keys(spec({ every: '1 week' }))).toEqual([
      '2001-01-01..2001-01-08',
      '2001-01-08..2001-01-15',
      '2001-01-15..2001-01-22',
      '2001-01-22..2001-01-29',
      '2001-01-29..2001-02-01',
    ]);
    expect(keys(spec({ every: '12 hours', to: '2001-01-02T00:00:00Z' }))).toEqual([
      '2001-01-01T00:00Z..2001-01-01T12:00Z',
      '2001-01-01T12:00Z..2001-01-02T00:00Z',
    ]);
  });

  it('of months keep the day where the month has it', () => {
    const months = spec({ every: '1 month', from: '2001-01-31T00:00:00Z', to: '2001-05-31T00:00:00Z' });
    expect(keys(months)).toEqual([
      '2001-01-31..2001-02-28',
      '2001-02-28..2001-03-31',
      '2001-03-31..2001-04-30',
      '2001-04-30..2001-05-31',
    ]);
  });

  it('are days of the time zone, with 23 or 25 hours when the clocks change', () => {
    const berlin = spec({ timezone: 'Europe/Berlin', from: '2001-03-23T23:00:00Z', to: '2001-03-26T22:00:00Z' });
    const partitions = partitionsOf(berlin);
    expect(partitions.map(({ key }) => key)).toEqual(['2001-03-24', '2001-03-25', '2001-03-26']);
    const hours = partitions.map(({ from, to }) => (Date.parse(to) - Date.parse(from)) / 3_600_000);
    expect(hours).toEqual([24, 23, 24]);
  });

  it('come at the times of a schedule, with its parameters', () => {
    const parameters = { from: { $scheduledTime: { offset: '-1 day', format: 'date', timezone: 'UTC' } } };
    const cut = { by: 'schedule', schedule: 'nightly', timing: { cron: '0 3 * * mon' } } as const;
    const partitions = partitionsOf(spec({ cut, parameters }));
    expect(partitions.map(({ key, parameters: { from } }) => [key, from])).toEqual([
      ['nightly/2001-01-01T03:00Z', '2000-12-31'],
      ['nightly/2001-01-08T03:00Z', '2001-01-07'],
      ['nightly/2001-01-15T03:00Z', '2001-01-14'],
      ['nightly/2001-01-22T03:00Z', '2001-01-21'],
      ['nightly/2001-01-29T03:00Z', '2001-01-28'],
    ]);
    const often = { by: 'schedule', schedule: 'often', timing: { everyMs: 21_600_000, offsetMs: 600_000 } } as const;
    expect(keys(spec({ cut: often, to: '2001-01-01T13:00:00Z' }))).toEqual([
      'often/2001-01-01T00:10Z',
      'often/2001-01-01T06:10Z',
      'often/2001-01-01T12:10Z',
    ]);
  });

  it('are refused with every problem at once', () => {
    expect(() => partitionsOf(spec({ from: '2001-03-01T00:00:00Z', timezone: 'Mars/Olympus', every: '1.5 days' }))).toThrow(
      /not before the end[^]*no time zone "Mars\/Olympus"[^]*partitions of "1.5 days"/,
    );
    expect(() => partitionsOf(spec({ every: '1 minute' }))).toThrow(/more than 20000 partitions/);
    const cut = { by: 'schedule', schedule: 'yearly', timing: { cron: '0 0 1 7 *' } } as const;
    expect(() => partitionsOf(spec({ cut }))).toThrow(/no partition between/);
  });

  it('cover the range without gap, overlap or repeated key, in any zone', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const everies = fc.constantFrom('1 day', '3 days', '1 week', '1 month', '7 hours', '1 hour');
    const hours = fc.integer({ min: 0, max: 24 * 365 * 5 });
    fc.assert(
      fc.property(zones, everies, hours, fc.integer({ min: 1, max: 24 * 40 }), (timezone, every, start, length) => {
        const fromMs = Date.UTC(2000, 0) + start * 3_600_000;
        const from = new Date(fromMs).toISOString();
        const to = new Date(fromMs + length * 3_600_000).toISOString();
        const partitions = partitionsOf(spec({ timezone, every, from, to }));
        expect(partitions[0]?.from).toBe(from);
        expect(partitions.at(-1)?.to).toBe(to);
        for (const [index, partition] of partitions.entries()) {
          expect(Date.parse(partition.from)).toBeLessThan(Date.parse(partition.to));
          if (index > 0) expect(partition.from).toBe(partitions[index - 1]!.to);
        }
        expect(new Set(partitions.map(({ key }) => key)).size).toBe(partitions.length);
      }),
      { numRuns: 30 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addSpan,
  isMidnight,
  isTimeZone,
  localDate,
  parseMoment,
  parseSpan,
  startOf,
} from '../../../src/pipeline/schedule/calendar.js';
import type { CalendarUnit } from '../../../src/pipeline/schedule/calendar.js';

const BERLIN = 'Europe/Berlin';
const iso = (ms: number): string => new Date(ms).toISOString();
const add = (from: string, text: string, timezone: string, times = 1): string => {
  const span = parseSpan(text);
  if (span === null) throw new Error(text);
  return iso(addSpan(Date.parse(from), span, timezone, times));
};

const zones = fc.constantFrom('UTC', BERLIN, 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns');
const moments = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2035, 0) });

describe('adding to a moment', () => {
  it('keeps the wall clock over the changes of summer time', () => {
    // 2001-03-25 had 23 hours in Berlin, 2001-10-28 had 25.
    expect(add('2001-03-24T02:00:00Z', '1 day', BERLIN)).toBe('2001-03-25T01:00:00.000Z');
    expect(add('2001-10-27T01:00:00Z', '1 day', BERLIN)).toBe('2001-10-28T02:00:00.000Z');
    expect(add('2001-03-24T02:00:00Z', '24 hours', BERLIN)).toBe('2001-03-25T02:00:00.000Z');
  });

  it('moves a wall clock that does not exist on by the gap, and takes the first of two', () => {
    expect(add('2001-03-24T01:30:00Z', '1 day', BERLIN)).toBe('2001-03-25T01:30:00.000Z');
    expect(add('2001-10-27T00:30:00Z', '1 day', BERLIN)).toBe('2001-10-28T00:30:00.000Z');
  });

  it('ends months at their last day without losing the day', () => {
    expect(add('2001-01-31T00:00:00Z', '1 month', 'UTC')).toBe('2001-02-28T00:00:00.000Z');
    expect(add('2001-01-31T00:00:00Z', '1 month', 'UTC', 2)).toBe('2001-03-31T00:00:00.000Z');
    expect(add('2000-02-29T00:00:00Z', '1 year', 'UTC')).toBe('2001-02-28T00:00:00.000Z');
    expect(add('2001-03-31T00:00:00Z', '-1 month', 'UTC')).toBe('2001-02-28T00:00:00.000Z');
  });

  it('moves on strictly, whatever the unit, the zone and the moment', () => {
    const units = fc.constantFrom<CalendarUnit>('second', 'minute', 'hour', 'day', 'week', 'month', 'year');
    fc.assert(
      fc.property(moments, units, zones, fc.integer({ min: 1, max: 30 }), (ms, unit, timezone, times) => {
        const span = { amount: 1, unit };
        expect(addSpan(ms, span, timezone, times)).toBeGreaterThan(addSpan(ms, span, timezone, times - 1));
      }),
    );
  });

  it('by days changes the date by as many', () => {
    fc.assert(
      fc.property(moments, zones, fc.integer({ min: -400, max: 400 }), (ms, timezone, days) => {
        const noon = addSpan(startOf(ms, 'day', timezone), { amount: 12, unit: 'hour' }, timezone);
        const moved = addSpan(noon, { amount: days, unit: 'day' }, timezone);
        const between = Date.parse(localDate(moved, timezone)) - Date.parse(localDate(noon, timezone));
        expect(between).toBe(days * 86_400_000);
      }),
    );
  });
});

describe('a moment', () => {
  it('is read on the clock of its zone, or as it says itself', () => {
    expect(iso(parseMoment('2001-07-01', BERLIN) ?? 0)).toBe('2001-06-30T22:00:00.000Z');
    expect(iso(parseMoment('2001-01-01T03:00', BERLIN) ?? 0)).toBe('2001-01-01T02:00:00.000Z');
    expect(iso(parseMoment('2001-01-01T03:00:00Z', BERLIN) ?? 0)).toBe('2001-01-01T03:00:00.000Z');
    expect(iso(parseMoment('2001-01-01T03:00:00+05:30', 'UTC') ?? 0)).toBe('2000-12-31T21:30:00.000Z');
    for (const wrong of ['2001-02-31', '2001-13-01', 'yesterday', '2001-1-1', '2001-01-01 03:00'])
      expect(parseMoment(wrong, 'UTC')).toBeNull();
  });

  it('goes back to the beginning of its day in the zone', () => {
    fc.assert(
      fc.property(moments, zones, (ms, timezone) => {
        const day = startOf(ms, 'day', timezone);
        expect(day).toBeLessThanOrEqual(ms);
        expect(localDate(day, timezone)).toBe(localDate(ms, timezone));
        expect(isMidnight(day, timezone)).toBe(true);
        expect(localDate(startOf(ms, 'month', timezone), timezone)).toBe(`${localDate(ms, timezone).slice(0, 7)}-01`);
      }),
    );
  });

  it('has a zone that exists', () => {
    expect([isTimeZone(BERLIN), isTimeZone('UTC'), isTimeZone('Mars/Olympus'), isTimeZone('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a span', () => {
  it('is a whole number and a unit', () => {
    expect(parseSpan('-1 day')).toEqual({ amount: -1, unit: 'day' });
    expect(parseSpan('+2 months')).toEqual({ amount: 2, unit: 'month' });
    for (const wrong of ['1.5 days', 'day', '1 fortnight', '1day', '']) expect(parseSpan(wrong)).toBeNull();
  });
});

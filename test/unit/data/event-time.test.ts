import { describe, expect, it } from '@jest/globals';
import { parseInstant, parseWindow } from '../../../src/data/event-time.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';

describe('parseInstant', () => {
  it('reads dates and date-times without a zone as UTC', () => {
    expect(parseInstant('2001-01-01')).toBe(978_307_200_000);
    expect(parseInstant('2001-01-01T00:00')).toBe(978_307_200_000);
    expect(parseInstant('2001-01-01 00:00:01.5')).toBe(978_307_201_500);
  });

  it('honours an offset', () => {
    expect(parseInstant('2001-01-01T02:00:00+02:00')).toBe(978_307_200_000);
  });

  it.each(['2001-02-30', '2001-02-30T10:00', '2001-13-01', 'yesterday', '', '20010101', '2001-01-01T25:00'])(
    'refuses %p',
    (text) => {
      expect(parseInstant(text)).toBeNull();
    },
  );
});

describe('parseWindow', () => {
  it.each([
    ['2001-02-01', '2001-01-01'],
    ['2001-01-01', '2001-01-01'],
    ['2001-01-01', 'soon'],
  ])('refuses the window from %p to %p with DATA_WINDOW_INVALID', (from, to) => {
    let code = '';
    try {
      parseWindow({ from, to });
    } catch (error) {
      if (isPipelineError(error)) code = error.code;
    }
    expect(code).toBe('DATA_WINDOW_INVALID');
  });
});

import { InvalidArgumentError } from 'commander';
import { durationMs } from '../../pipeline/duration.js';

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a finite number');
  return value;
}

export function parseWholeNumber(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number, 1 or more');
  return value;
}

/** 1 goes first, 5 last. */
export function parsePriority(text: string): number {
  if (!/^[1-5]$/.test(text)) throw new InvalidArgumentError('expected 1 (first) to 5');
  return Number(text);
}

const SHORT_UNITS: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };

/** A length of time in milliseconds: `'7 days'`, `'24 hours'`, or in short `7d`, `24h`. */
export function parseLength(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const value = durationMs(amount === undefined ? text : `${amount} ${SHORT_UNITS[unit] ?? ''}`);
  if (value === null) throw new InvalidArgumentError("expected a length of time, e.g. '7 days' or 24h");
  return value;
}

/** ISO date or date-time, UTC unless it says otherwise; gives the full ISO form. */
export function parseTime(text: string): string {
  const value = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(value.getTime()))
    throw new InvalidArgumentError('expected an ISO date or date-time, e.g. 2001-03-01 or 2001-03-01T12:00:00Z');
  return value.toISOString();
}

/** A TCP port, 0..65535; 0 takes a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('expected a port, 0 to 65535 (0 takes a free one)');
  return port;
}

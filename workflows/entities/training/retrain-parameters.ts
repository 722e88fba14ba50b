import type { JsonObject } from '../../../src/contracts/json.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import type { Verdict } from './decide-retrain.js';
import { iso } from './trigger-words.js';

/**
 * Parameters of the run that a start asks for: the rows of the policy's window, as UTC dates, up to those whose labels are known. These are the
 * rows older than the labels' delay, and those that a performance was measured on or a person named.
 */
export function retrainParameters(
  { window, parameters }: RetrainConfig,
  { atMs, triggers }: Pick<Extract<Verdict, { action: 'start' }>, 'atMs' | 'triggers'>,
): JsonObject {
  const { lengthMs, labelDelayMs = 0 } = window;
  const told = triggers.filter(({ kind }) => kind === 'performance' || kind === 'manual');
  const toMs = told.reduce((newest, { at }) => Math.max(newest, Date.parse(at)), atMs - labelDelayMs);
  const from = window.since ?? iso(toMs - (lengthMs ?? 0));
  return { ...parameters, [window.from]: from.slice(0, 10), [window.to]: iso(toMs).slice(0, 10) };
}

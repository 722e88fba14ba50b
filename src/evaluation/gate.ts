import type { EvaluationDecision, GateComparison, GateSpec } from '../contracts/stages.js';

export interface GateVerdict {
  readonly decision: EvaluationDecision;
  /** In words, at least one. */
  readonly reasons: readonly string[];
}

/**
 * Decides on the lower and upper confidence bounds of how much better the challenger is. Margin 0 asks for superiority (low > 0), a positive
 * margin for non-inferiority (low > -margin). Surely worse (high < 0) is rejected. Everything else, and a comparison that could not be
 * made (null), is inconclusive: the champion stays.
 */
export function decideGate(gate: GateSpec, comparison: GateComparison | null): GateVerdict {
  const asked = gate.margin > 0 ? `not worse by more than ${format(gate.margin)}` : 'better';
  if (comparison === null) {
    return {
      decision: 'inconclusive',
      reasons: [`${gate.metric} is undefined on too many resamples of the test split; nothing can be said`],
    };
  }
  const opponent = opponentName(comparison);
  const numbers =
    `${gate.metric} ${format(comparison.challenger)} against ${format(comparison.opponent)} of ${opponent}: ` +
    `difference ${signed(comparison.delta)}, between ${signed(comparison.deltaLow)} and ${signed(comparison.deltaHigh)} ` +
    `(one-sided bounds at ${format(gate.confidence * 100)}%, ${gate.samples} resamples)`;
  if (comparison.deltaLow > -gate.margin) return { decision: 'blessed', reasons: [`${asked} than ${opponent}: ${numbers}`] };
  if (comparison.deltaHigh < 0) return { decision: 'rejected', reasons: [`worse than ${opponent}: ${numbers}`] };
  return { decision: 'inconclusive', reasons: [`not shown to be ${asked} than ${opponent}: ${numbers}`] };
}

/** `champion version 3` or `the base-rate baseline`. */
export function opponentName(comparison: Pick<GateComparison, 'opponentKind' | 'opponentVersion'>): string {
  return comparison.opponentKind === 'baseline'
    ? 'the base-rate baseline'
    : `champion version ${comparison.opponentVersion ?? 0}`;
}

const format = (value: number): string => String(Number(value.toPrecision(4)));
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;

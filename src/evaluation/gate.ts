import type { EvaluationDecision, GateComparison, GateSpec, GuardComparison } from '../contracts/stages/evaluate.js';
import type { Comparison } from './comparison/comparison.js';

export interface GateVerdict {
  readonly decision: EvaluationDecision;
  /** In words, at least one. */
  readonly reasons: readonly string[];
}

/** What the gate must know of the opponent beside its figures. */
export interface Lead {
  readonly mayHaveSeenTestRows: boolean;
  readonly notes: readonly string[];
}

/** What the gate looks at of a comparison. */
export type Compared = Pick<Comparison, 'gate' | 'guards' | 'events'>;

/**
 * Decides on the lower and upper confidence bounds of how much better the challenger is. Margin 0 asks for superiority (low > 0), a positive
 * margin for non-inferiority (low > -margin). Every guard must be shown to be no worse by more than its margin. Surely worse (high < 0; of a
 * guard high < -margin) is rejected. Everything else, a comparison that could not be made, and too few rows of the rarer class, is
 * inconclusive: the champion stays. So is worse than an opponent that may have seen the test rows.
 */
export function decideGate(spec: GateSpec, compared: Compared, opponent: Lead | null = null): GateVerdict {
  const { decision, reasons } = decide(spec, compared);
  const proved = decision !== 'rejected' || opponent?.mayHaveSeenTestRows !== true;
  return { decision: proved ? decision : 'inconclusive', reasons: [...reasons, ...(opponent?.notes ?? [])] };
}

function decide(spec: GateSpec, compared: Compared): GateVerdict {
  const { gate, events } = compared;
  if (gate === null) {
    return inconclusive(`${spec.metric} is undefined on too many resamples of the test split; nothing can be said`);
  }
  if (spec.minEvents !== undefined && events !== null && events < spec.minEvents) {
    return inconclusive(
      `the test rows have ${events} of the rarer class, fewer than ${spec.minEvents}: bounds of a bootstrap do not hold on so few`,
    );
  }
  const verdicts = [
    judge(spec, gate, { passes: gate.deltaLow > -spec.margin, fails: gate.deltaHigh < 0, margin: spec.margin }),
    ...compared.guards.map((guard, index) => judgeGuard(spec, spec.guards?.[index]?.metric ?? '', guard)),
  ];
  const worst = (['rejected', 'inconclusive'] as const).find((kind) => verdicts.some(({ decision }) => decision === kind));
  const telling = worst === undefined ? verdicts : verdicts.filter(({ decision }) => decision === worst);
  return { decision: worst ?? 'blessed', reasons: telling.flatMap(({ reasons }) => reasons) };
}

const inconclusive = (reason: string): GateVerdict => ({ decision: 'inconclusive', reasons: [reason] });

function judgeGuard(spec: GateSpec, metric: string, guard: GuardComparison | null): GateVerdict {
  if (guard === null) return inconclusive(`${metric} is undefined on too many resamples of the test split; nothing can be said`);
  const { deltaLow, deltaHigh, margin } = guard;
  return judge(spec, guard, { passes: deltaLow >= -margin, fails: deltaHigh < -margin, margin });
}

function judge(
  spec: GateSpec,
  comparison: GateComparison,
  { passes, fails, margin }: { readonly passes: boolean; readonly fails: boolean; readonly margin: number },
): GateVerdict {
  const asked = margin > 0 ? `not worse by more than ${format(margin)}` : 'better';
  const opponent = opponentName(comparison);
  const numbers = numbersOf(spec, comparison);
  if (passes) return { decision: 'blessed', reasons: [`${asked} than ${opponent}: ${numbers}`] };
  if (fails) return { decision: 'rejected', reasons: [`worse than ${opponent}: ${numbers}`] };
  return inconclusive(`not shown to be ${asked} than ${opponent}: ${numbers}`);
}

function numbersOf(spec: GateSpec, comparison: GateComparison): string {
  return (
    `${comparison.metric} ${format(comparison.challenger)} against ${format(comparison.opponent)} of ${opponentName(comparison)}: ` +
    `difference ${signed(comparison.delta)}, between ${signed(comparison.deltaLow)} and ${signed(comparison.deltaHigh)} ` +
    `(one-sided bounds at ${format(spec.confidence * 100)}%, ${spec.samples} resamples)`
  );
}

/** `champion version 3` or `the base-rate baseline`. */
export function opponentName(comparison: Pick<GateComparison, 'opponentKind' | 'opponentVersion'>): string {
  return comparison.opponentKind === 'baseline'
    ? 'the base-rate baseline'
    : `champion version ${comparison.opponentVersion ?? 0}`;
}

const format = (value: number): string => String(Number(value.toPrecision(4)));
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;

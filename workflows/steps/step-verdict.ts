import { isJsonObject, type JsonValue } from '../../src/contracts/json.js';
import type { StepKind } from '../../src/contracts/plan.js';
import type { StepVerdict } from '../../src/contracts/run.js';
import { cutText } from '../../src/errors/bounded-failure.js';

/** Where the results of the kinds of steps that may end in more than one way say in which. */
const MEMBERS: { readonly [kind in StepKind]?: string } = { evaluate: 'decision', deploy: 'outcome' };
const MOST_REASONS = 5;
const LONGEST_REASON = 300;

/** The decision of a step that succeeded; null when its kind decides nothing. */
export function verdictOf(kind: StepKind, result: JsonValue): StepVerdict | null {
  const member = MEMBERS[kind];
  if (member === undefined || !isJsonObject(result)) return null;
  const { [member]: decision, reasons } = result;
  if (typeof decision !== 'string') return null;
  const texts = Array.isArray(reasons) ? (reasons as readonly JsonValue[]).filter((reason) => typeof reason === 'string') : [];
  return { decision, reasons: texts.slice(0, MOST_REASONS).map((reason) => cutText(reason, LONGEST_REASON)) };
}

import { kindWord } from '../plan/kind-word.js';
import { checkPicture } from './picture-kinds.js';
import pc from 'picocolors';
import type { Plan, PlanStep } from '../../contracts/plan.js';
import type { StepState, StepStatus } from '../../contracts/run.js';
import { layRails } from './rail-layout.js';
import { bodyCaption, isGood, outcomeWords, ruleWords } from './step-words.js';

const MARKS: Readonly<Record<StepStatus, string>> = {
  pending: '○',
  running: '◐',
  waiting: '◇',
  blocked: '■',
  succeeded: '●',
  failed: '✗',
  skipped: '◌',
  cancelled: '⊘',
};

const HASH_CHARACTERS_SHOWN = 12;

interface DrawOptions {
  /** Live state of steps, by their id; a step without one is drawn as pending. */
  readonly states?: readonly StepState[];
  /** ANSI colours; default none. */
  readonly colours?: boolean;
}

/**
 * The plan as text: one line a step, rails for what waits for what, bodies of maps and loops below their step, and with `states` the state
 * of each step. Deterministic.
 */
export function drawTerminal(plan: Plan, options: DrawOptions = {}): string {
  checkPicture('drawTerminal', plan, options);
  const { states, colours = false } = options;
  const paint = pc.createColors(colours);
  const stateOf = states === undefined ? null : new Map(states.map((state) => [state.id, state]));
  return [
    `${paint.bold(plan.pipeline)}  ${paint.dim(`plan ${plan.hash.slice(0, HASH_CHARACTERS_SHOWN)}`)}`,
    '',
    ...drawSteps(plan.steps, stateOf, paint),
    '',
  ].join('\n');
}

type StateOf = ReadonlyMap<string, StepState> | null;

function drawSteps(steps: readonly PlanStep[], stateOf: StateOf, paint: Paint): readonly string[] {
  const lines = layRails(steps);
  const railWidth = 2 * Math.max(0, ...lines.map((line) => line.cells.length));
  const idWidth = Math.max(0, ...steps.map((step) => step.id.length));
  const byId = new Map(steps.map((step) => [step.id, step]));
  return lines.flatMap(({ id, cells, mark, below }, index) => {
    const step = byId.get(id);
    if (step === undefined) return [];
    const state = stateOf?.get(id);
    const status = state?.status ?? 'pending';
    const turnedDown = state?.verdict !== undefined && !isGood(state.verdict);
    const colour = turnedDown ? paint.yellow : colourOf(status, paint);
    const rails = cells
      .map((cell, rail) => (rail === mark ? colour(MARKS[status]) + paint.dim(cell.slice(1)) : paint.dim(cell)))
      .join('');
    const padding = ' '.repeat(railWidth - 2 * cells.length);
    const words = stateOf === null ? detailOf(step) : [...outcomeWords(state), ...rulesShown(step, state)].join('  ');
    const line =
      `${rails}${padding} ${paint.bold(id.padEnd(idWidth))}  ${paint.dim(kindWord(step.kind).padEnd(8))}  ${colour(words)}`.trimEnd();
    const passing = below.map((goesOn) => (goesOn ? '│ ' : '  ')).join('');
    const frame = drawBody(step, paint).map((inner) => `${paint.dim(`${passing.padEnd(railWidth)} ┆`)} ${inner}`.trimEnd());
    return index === lines.length - 1 ? [line, ...frame] : [line, ...frame, paint.dim(passing.trimEnd())];
  });
}

/** Steps of a body run many times: they have no state of their own. */
function drawBody(step: PlanStep, paint: Paint): readonly string[] {
  if (step.body === undefined) return [];
  return [paint.dim(`${bodyCaption(step)}:`), ...drawSteps(step.body.steps, null, paint)];
}

/** The outcome of a skipped or started step says enough. */
const rulesShown = (step: PlanStep, state: StepState | undefined): readonly string[] =>
  state === undefined || state.status === 'pending' ? ruleWords(step) : [];

type Paint = ReturnType<typeof pc.createColors>;

function colourOf(status: StepStatus, paint: Paint): (text: string) => string {
  switch (status) {
    case 'succeeded':
      return paint.green;
    case 'failed':
      return paint.red;
    case 'running':
      return paint.cyan;
    case 'waiting':
    case 'blocked':
      return paint.yellow;
    case 'pending':
    case 'skipped':
    case 'cancelled':
      return paint.dim;
  }
}

function detailOf(step: PlanStep): string {
  const inputs = Object.entries(step.inputs).map(
    ([name, { step: from, path }]) => `${name}: ${[from, ...(path ?? [])].join('.')}`,
  );
  return [step.description ?? '', inputs.join(', '), ...ruleWords(step)].filter((part) => part !== '').join('  ');
}

import pc from 'picocolors';
import type { Plan, PlanStep } from '../contracts/plan.js';
import type { StepState, StepStatus } from '../contracts/run.js';
import { layRails } from './rail-layout.js';

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

/** The plan as text: one line a step, rails for what waits for what, and with `states` what became of each step. Deterministic. */
export function drawTerminal(plan: Plan, options: DrawOptions = {}): string {
  const { states, colours = false } = options;
  const paint = pc.createColors(colours);
  const stateOf = new Map(states?.map((state) => [state.id, state]));
  const lines = layRails(plan.steps);
  const railWidth = 2 * Math.max(0, ...lines.map((line) => line.cells.length));
  const idWidth = Math.max(0, ...plan.steps.map((step) => step.id.length));
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  const body = lines.flatMap(({ id, cells, mark, below }, index) => {
    const step = byId.get(id);
    if (step === undefined) return [];
    const state = stateOf.get(id);
    const status = state?.status ?? 'pending';
    const colour = colourOf(status, paint);
    const rails = cells
      .map((cell, rail) => (rail === mark ? colour(MARKS[status]) + paint.dim(cell.slice(1)) : paint.dim(cell)))
      .join('');
    const padding = ' '.repeat(railWidth - 2 * cells.length);
    const words = states === undefined ? detailOf(step) : outcomeOf(state);
    const line =
      `${rails}${padding} ${paint.bold(id.padEnd(idWidth))}  ${paint.dim(step.kind.padEnd(8))}  ${colour(words)}`.trimEnd();
    if (index === lines.length - 1) return [line];
    return [
      line,
      paint.dim(
        below
          .map((goesOn) => (goesOn ? '│ ' : '  '))
          .join('')
          .trimEnd(),
      ),
    ];
  });
  return [
    `${paint.bold(plan.pipeline)}  ${paint.dim(`plan ${plan.hash.slice(0, HASH_CHARACTERS_SHOWN)}`)}`,
    '',
    ...body,
    '',
  ].join('\n');
}

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
  return [step.description ?? '', inputs.join(', ')].filter((part) => part !== '').join('  ');
}

function outcomeOf(state: StepState | undefined): string {
  if (state === undefined) return 'pending';
  const seconds = state.seconds === null ? '' : `${state.seconds.toFixed(1)} s`;
  const note =
    state.failure === null ? (state.waitingFor ?? '') : `${state.failure.code}: ${state.failure.message.split('\n')[0] ?? ''}`;
  return [state.status, seconds, state.cached ? 'cached' : '', note].filter((part) => part !== '').join('  ');
}

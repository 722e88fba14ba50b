import { kindWord } from '../plan/kind-word.js';
import { checkPicture } from './picture-kinds.js';
import type { Plan, PlanStep, StepKind } from '../../contracts/plan.js';
import type { StepState } from '../../contracts/run.js';
import { edgesInto } from './draw-edges.js';
import { everyStep } from '../plan/every-step.js';
import { bodyCaption, outcomeWords, type PictureOptions, ruleWords, STATUS_COLOURS } from './step-words.js';

const SHAPES: Readonly<Partial<Record<StepKind, readonly [string, string]>>> = {
  ingest: ['[(', ')]'],
  gate: ['{{', '}}'],
  join: ['{{', '}}'],
  step: ['[', ']'],
  command: ['[', ']'],
  map: ['[[', ']]'],
  loop: ['[[', ']]'],
  call: ['[[', ']]'],
};
const STAGE_SHAPE = ['(', ')'] as const;
const ARROWS = { feeds: '-->', decides: '-.->', orders: '-.->' } as const;

type KindClass = { readonly kinds: readonly StepKind[]; readonly style: string };
const CLASSES: Readonly<Record<string, KindClass>> = {
  data: { kinds: ['ingest', 'validate', 'feature'], style: 'fill:#e3f2fd,stroke:#1565c0,color:#0d2b4e' },
  learning: { kinds: ['train', 'evaluate'], style: 'fill:#f3e5f5,stroke:#6a1b9a,color:#35104d' },
  live: { kinds: ['deploy', 'monitor', 'retrain'], style: 'fill:#e8f5e9,stroke:#2e7d32,color:#12361a' },
  custom: {
    kinds: ['step', 'gate', 'command', 'join', 'map', 'loop', 'call'],
    style: 'fill:#fff8e1,stroke:#ef6c00,color:#4a2500',
  },
};

/**
 * The plan as a Mermaid flow chart, every edge named by the input that it feeds; dotted edges decide or only order. Bodies of maps and loops
 * are frames. With `states`, each step shows its state, in words and colour. Deterministic.
 */
export function drawMermaid(plan: Plan, options: PictureOptions = {}): string {
  checkPicture('drawMermaid', plan, options);
  const { states } = options;
  const steps = everyStep(plan.steps);
  const names = new Map(steps.map((step, index) => [step.id, `s${index}`]));
  const nameOf = (id: string): string => names.get(id) ?? '';
  const stateOf = states === undefined ? null : new Map(states.map((state) => [state.id, state]));
  const draw = (level: readonly PlanStep[], indent: string, inBody: boolean): readonly string[] => [
    ...level.flatMap((step) => [
      `${indent}${nameOf(step.id)}${box(step, stateOf === null || inBody ? null : (stateOf.get(step.id) ?? 'pending'))}`,
      ...frame(step, indent),
    ]),
    ...level.flatMap((step) => edgesOf(step).map((line) => `${indent}${line}`)),
  ];
  const frame = (step: PlanStep, indent: string): readonly string[] => {
    if (step.body === undefined) return [];
    const id = `${nameOf(step.id)}b`;
    return [
      `${indent}subgraph ${id}["${escape(bodyCaption(step))}"]`,
      ...draw(step.body.steps, `${indent}  `, true),
      `${indent}end`,
      `${indent}${nameOf(step.id)} -.- ${id}`,
    ];
  };
  const edgesOf = (step: PlanStep): readonly string[] =>
    edgesInto(step).map(({ from, to, kind, label }) => {
      const text = label === '' ? '' : `|"${escape(label)}"|`;
      return `${nameOf(from)} ${ARROWS[kind]}${text} ${nameOf(to)}`;
    });
  const classes = stateOf === null ? kindClasses(steps, nameOf) : statusClasses(plan.steps, stateOf, nameOf);
  return ['flowchart TD', ...draw(plan.steps, '  ', false), ...classes, ''].join('\n');
}

function kindClasses(steps: readonly PlanStep[], nameOf: (id: string) => string): readonly string[] {
  return Object.entries(CLASSES).flatMap(([name, { kinds, style }]) => {
    const members = steps.filter((step) => kinds.includes(step.kind)).map((step) => nameOf(step.id));
    return members.length === 0 ? [] : [`  classDef ${name} ${style}`, `  class ${members.join(',')} ${name}`];
  });
}

function statusClasses(
  steps: readonly PlanStep[],
  stateOf: ReadonlyMap<string, StepState>,
  nameOf: (id: string) => string,
): readonly string[] {
  return Object.entries(STATUS_COLOURS).flatMap(([status, { fill, line, text }]) => {
    const members = steps.filter((step) => (stateOf.get(step.id)?.status ?? 'pending') === status);
    if (members.length === 0) return [];
    const style = `fill:${fill},stroke:${line},color:${text}`;
    return [`  classDef ${status} ${style}`, `  class ${members.map((step) => nameOf(step.id)).join(',')} ${status}`];
  });
}

function box(step: PlanStep, state: StepState | 'pending' | null): string {
  const { id, kind, description } = step;
  const [open, close] = SHAPES[kind] ?? STAGE_SHAPE;
  const outcome = state === null ? [] : [outcomeWords(state === 'pending' ? undefined : state).join(', ')];
  const lines = [
    id,
    ...(id === kindWord(kind) ? [] : [kindWord(kind)]),
    ...(description === undefined ? [] : [description]),
    ...ruleWords(step),
    ...outcome,
  ];
  return `${open}"${lines.map(escape).join('<br>')}"${close}`;
}

/** An entity of Mermaid has no ampersand. Two dollar signs begin a formula, also as entities: a space without width parts them. */
function escape(text: string): string {
  const parted = text.replaceAll(/\$(?=\$)/g, '$\u200b');
  return parted.replaceAll(/[&<>"#]/g, (character) => `#${character.charCodeAt(0)};`).replaceAll(/\s+/g, ' ');
}

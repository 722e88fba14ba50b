import type { Plan, PlanStep, StepKind } from '../contracts/plan.js';

const SHAPES: Readonly<Partial<Record<StepKind, readonly [string, string]>>> = {
  ingest: ['[(', ')]'],
  gate: ['{{', '}}'],
  step: ['[', ']'],
};
const STAGE_SHAPE = ['(', ')'] as const;

const CLASSES: Readonly<Record<string, { readonly kinds: readonly StepKind[]; readonly style: string }>> = {
  data: { kinds: ['ingest', 'validate', 'feature'], style: 'fill:#e3f2fd,stroke:#1565c0,color:#0d2b4e' },
  learning: { kinds: ['train', 'evaluate'], style: 'fill:#f3e5f5,stroke:#6a1b9a,color:#35104d' },
  live: { kinds: ['deploy', 'monitor', 'retrain'], style: 'fill:#e8f5e9,stroke:#2e7d32,color:#12361a' },
  custom: { kinds: ['step', 'gate'], style: 'fill:#fff8e1,stroke:#ef6c00,color:#4a2500' },
};

/** The plan as a Mermaid flow chart, every edge named by the input that it feeds; dotted edges only order. Deterministic. */
export function drawMermaid(plan: Plan): string {
  const names = new Map(plan.steps.map((step, index) => [step.id, `s${index}`]));
  const nodes = plan.steps.map((step) => `  ${names.get(step.id) ?? ''}${box(step)}`);
  const edges = plan.steps.flatMap((step) => edgesOf(step, names));
  const classes = Object.entries(CLASSES).flatMap(([name, { kinds, style }]) => {
    const members = plan.steps.filter((step) => kinds.includes(step.kind)).map((step) => names.get(step.id) ?? '');
    return members.length === 0 ? [] : [`  classDef ${name} ${style}`, `  class ${members.join(',')} ${name}`];
  });
  return ['flowchart TD', ...nodes, ...edges, ...classes, ''].join('\n');
}

function box({ id, kind, description }: PlanStep): string {
  const [open, close] = SHAPES[kind] ?? STAGE_SHAPE;
  const lines = [id, ...(id === kind ? [] : [kind]), ...(description === undefined ? [] : [description])];
  return `${open}"${lines.map(escape).join('<br>')}"${close}`;
}

function edgesOf(step: PlanStep, names: ReadonlyMap<string, string>): readonly string[] {
  const to = names.get(step.id) ?? '';
  return step.needs.map((need) => {
    const from = names.get(need) ?? '';
    const fed = Object.entries(step.inputs).filter(([, binding]) => binding.step === need);
    if (fed.length === 0) return `  ${from} -.-> ${to}`;
    return `  ${from} -->|"${escape(fed.map(([input]) => input).join(', '))}"| ${to}`;
  });
}

function escape(text: string): string {
  return text.replace(/[&<>"#]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\s+/g, ' ');
}

import { kindWord } from '../plan/kind-word.js';
import { checkPicture } from './picture-kinds.js';
import type { Plan, PlanStep, StepKind } from '../../contracts/plan.js';
import type { StepState } from '../../contracts/run.js';
import { edgesInto } from './draw-edges.js';
import { bodyCaption, outcomeWords, type PictureOptions, ruleWords, STATUS_COLOURS } from './step-words.js';

const SHAPES: Readonly<Partial<Record<StepKind, string>>> = {
  ingest: 'cylinder',
  gate: 'hexagon',
  join: 'diamond',
  map: 'box3d',
  loop: 'box3d',
  call: 'component',
};
const STYLES = { feeds: 'solid', decides: 'dashed', orders: 'dotted' } as const;
const WORDS_TO_A_LINE = 44;
const PLAIN = { fill: '#ffffff', line: '#455a64', text: '#212121' };

/**
 * The plan in Graphviz' DOT language. Solid edges carry results, dashed ones decide, dotted ones only order; bodies of maps and loops are
 * frames. With `states`, each step shows its state, in words and colour. Deterministic.
 */
export function drawDot(plan: Plan, options: PictureOptions = {}): string {
  checkPicture('drawDot', plan, options);
  const { states } = options;
  const stateOf = states === undefined ? null : new Map(states.map((state) => [state.id, state]));
  return [
    `digraph ${quote(plan.pipeline)} {`,
    '  graph [rankdir=TB, compound=true, fontname="Helvetica", nodesep=0.35, ranksep=0.45]',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, margin="0.16,0.09"]',
    '  edge [fontname="Helvetica", fontsize=9, color="#607d8b", fontcolor="#455a64", arrowsize=0.7]',
    ...level(plan.steps, stateOf, '  '),
    '}',
    '',
  ].join('\n');
}

/** Steps of a body have no state of their own: they run many times. */
function level(steps: readonly PlanStep[], stateOf: ReadonlyMap<string, StepState> | null, indent: string): readonly string[] {
  return [
    ...steps.flatMap((step) => [`${indent}${node(step, stateOf)}`, ...frame(step, indent)]),
    ...steps.flatMap((step) =>
      edgesInto(step).map(({ from, to, kind, label }) => {
        const text = label === '' ? '' : `, label=${quote(label)}`;
        return `${indent}${quote(from)} -> ${quote(to)} [style=${STYLES[kind]}${text}]`;
      }),
    ),
  ];
}

function frame(step: PlanStep, indent: string): readonly string[] {
  if (step.body === undefined) return [];
  const cluster = quote(`cluster_${step.id}`);
  const [first] = step.body.steps;
  return [
    `${indent}subgraph ${cluster} {`,
    `${indent}  label=${quote(bodyCaption(step))}; labeljust=l; style="rounded,dashed"; color="#90a4ae"; fontsize=10; fontcolor="#455a64"`,
    ...level(step.body.steps, null, `${indent}  `),
    `${indent}}`,
    ...(first === undefined
      ? []
      : [`${indent}${quote(step.id)} -> ${quote(first.id)} [lhead=${cluster}, style=dashed, arrowhead=none]`]),
  ];
}

function node(step: PlanStep, stateOf: ReadonlyMap<string, StepState> | null): string {
  const { id, kind, description } = step;
  const state = stateOf?.get(id);
  const outcome = stateOf === null ? [] : outcomeWords(state);
  const colours = stateOf === null ? PLAIN : STATUS_COLOURS[state?.status ?? 'pending'];
  const lines = [
    id,
    ...(id === kindWord(kind) ? [] : [kindWord(kind)]),
    ...(description === undefined ? [] : [description]),
    ...ruleWords(step),
  ];
  const text = [...lines, ...(outcome.length === 0 ? [] : [outcome.join(', ')])].flatMap(wrap);
  const label = text.map(escapeText).join('\\n');
  const shape = SHAPES[kind] === undefined ? '' : `, shape=${SHAPES[kind]}`;
  const { fill, line, text: ink } = colours;
  return `${quote(id)} [label="${label}"${shape}, fillcolor="${fill}", color="${line}", fontcolor="${ink}"]`;
}

/** A line of a label broken between words. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length >= WORDS_TO_A_LINE) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const quote = (text: string): string => `"${escapeText(text)}"`;

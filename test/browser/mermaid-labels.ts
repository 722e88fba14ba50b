/** A shape around a label in quotes, such as `["text"]`, `{{"text"}}` or `[("text")]`. */
const NODE = /^(\w+)(?:[[({]+"([^"]*)"[\])}]+)?/;
const ARROW = /^(?:-->|-\.->|-\.-|---)(?:\|("[^"]*"|[^"|]*)\|)?/;
const FRAME = /^subgraph (\w+)\["([^"]*)"\]$/;
const TRANSITION = /^(\w+|\[\*\]) --> (\w+|\[\*\])(?:: (.+))?$/;
const SILENT = /^(?:accTitle: .|accDescr: .|classDef .|class .|end$|direction [A-Z]+$|$)/;

/** The labels that a Mermaid source names, sorted: of nodes, edges and frames. Throws on a line that it does not know. */
export function labelsOf(source: string): readonly string[] {
  const [heading = '', ...lines] = source.split('\n').map((line) => line.trim());
  const labels =
    heading === 'stateDiagram-v2' ? stateLabels(lines) : /^flowchart (TD|LR)$/.test(heading) ? flowLabels(lines) : null;
  if (labels === null) throw new Error(`This test reads no Mermaid that begins with ${JSON.stringify(heading)}.`);
  return labels.map(asShown).sort();
}

function flowLabels(lines: readonly string[]): readonly string[] {
  const nodes = new Map<string, string>();
  const frames = new Map<string, string>();
  const edges: string[] = [];
  for (const line of lines) {
    if (SILENT.test(line)) continue;
    const [, frame, caption = ''] = FRAME.exec(line) ?? [];
    if (frame === undefined) readChain(line, nodes, edges);
    else frames.set(frame, caption);
  }
  const boxes = [...nodes].filter(([id]) => !frames.has(id)).map(([, label]) => label);
  return [...boxes, ...frames.values(), ...edges];
}

/** `a["first"] -->|then| b`: boxes with arrows between them. */
function readChain(line: string, nodes: Map<string, string>, edges: string[]): void {
  let rest = line;
  for (let atNode = true; rest !== ''; atNode = !atNode) {
    const match = (atNode ? NODE : ARROW).exec(rest);
    if (match === null) throw new Error(`This test cannot read ${JSON.stringify(rest)} of the line ${JSON.stringify(line)}.`);
    rest = rest.slice(match[0].length).trim();
    if (!atNode && match[1] !== undefined) edges.push(match[1].replaceAll('"', ''));
    if (atNode) nodes.set(match[1] ?? '', match[2] ?? nodes.get(match[1] ?? '') ?? match[1] ?? '');
  }
}

function stateLabels(lines: readonly string[]): readonly string[] {
  const states = new Set<string>();
  const transitions: string[] = [];
  for (const line of lines) {
    if (SILENT.test(line)) continue;
    const [, from, to, label] = TRANSITION.exec(line) ?? [];
    if (from === undefined || to === undefined) throw new Error(`This test cannot read the line ${JSON.stringify(line)}.`);
    for (const state of [from, to]) if (state !== '[*]') states.add(state);
    if (label !== undefined) transitions.push(label);
  }
  return [...states, ...transitions];
}

const asShown = (label: string): string =>
  label
    .replaceAll('<br>', ' ')
    .replace(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ')
    .trim();

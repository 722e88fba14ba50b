import type { LineageNode } from './lineage.js';

const SHOWN_VALUES = 6;
const VALUE_CHARACTERS = 60;

/**
 * A tree as indented lines, one artifact a line: kind, id, its single values, and who made it first. What is below an artifact is shown
 * once; where it comes again it is marked `(above)`.
 */
export function renderLineage(tree: LineageNode): string {
  const shown = new Set<LineageNode>();
  const lines: string[] = [];
  const draw = (node: LineageNode, lead: string, below: string): void => {
    const again = shown.has(node) && node.children.length > 0;
    shown.add(node);
    lines.push(`${lead}${describe(node)}${again ? ' (above)' : ''}`);
    if (again) return;
    node.children.forEach((child, index) => {
      const last = index === node.children.length - 1;
      draw(child, `${below}${last ? '└─ ' : '├─ '}`, `${below}${last ? '   ' : '│  '}`);
    });
  };
  draw(tree, '', '');
  return lines.join('\n');
}

function describe({ kind, id, meta, producedBy }: LineageNode): string {
  const values = Object.entries(meta)
    .filter(([, value]) => value !== null)
    .slice(0, SHOWN_VALUES)
    .map(([name, value]) => `${name}=${shorten(String(value))}`);
  const by = producedBy[0];
  const maker = by === undefined ? '' : `  by ${by.pipeline}.${by.step} of ${by.workflowId} at ${by.producedAt}`;
  return `${kind} ${id}${values.length === 0 ? '' : `  ${values.join(' ')}`}${maker}`;
}

function shorten(text: string): string {
  return text.length <= VALUE_CHARACTERS ? text : `${text.slice(0, VALUE_CHARACTERS - 1)}…`;
}

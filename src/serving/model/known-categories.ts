import { decodeModel } from '../../onnx/messages.js';
import type { GraphMessage, NodeMessage } from '../../onnx/messages.js';

/** Attributes in which encoders keep the texts that they know. */
const VOCABULARIES: ReadonlySet<string> = new Set(['keys_strings', 'cats_strings']);

/** Nodes that give their first input's values in another shape. */
const RESHAPING: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

const vocabularyOf = (node: NodeMessage): readonly string[] =>
  (node.attribute ?? [])
    .filter((attribute) => VOCABULARIES.has(attribute.name))
    .flatMap((attribute) => (attribute.strings ?? []).map((bytes) => Buffer.from(bytes).toString('utf8')));

/** The graph input whose values these are, perhaps in another shape; null when they are computed. */
function sourceInput(graph: GraphMessage, inputs: ReadonlySet<string>, value: string): string | null {
  let current = value;
  for (let depth = 0; depth <= (graph.node ?? []).length; depth += 1) {
    if (inputs.has(current)) return current;
    const maker = (graph.node ?? []).find((node) => node.output?.includes(current) === true);
    const [next] = maker?.input ?? [];
    if (maker === undefined || next === undefined || !RESHAPING.has(maker.opType)) return null;
    current = next;
  }
  return null;
}

/**
 * The categories that a graph's encoders know, by input column: what they were fitted on. An input that feeds several encoders knows the
 * union. Inputs without an encoder are left out.
 * @param bytes - an ONNX model that was inspected before.
 */
export function knownCategories(bytes: Uint8Array): ReadonlyMap<string, ReadonlySet<string>> {
  const { graph } = decodeModel(bytes);
  const known = new Map<string, Set<string>>();
  if (graph === undefined) return known;
  const inputs = new Set((graph.input ?? []).map((input) => input.name));
  for (const node of graph.node ?? []) {
    const vocabulary = vocabularyOf(node);
    const [value] = node.input ?? [];
    const source = vocabulary.length === 0 || value === undefined ? null : sourceInput(graph, inputs, value);
    if (source === null) continue;
    const names = known.get(source) ?? new Set<string>();
    for (const name of vocabulary) names.add(name);
    known.set(source, names);
  }
  return known;
}

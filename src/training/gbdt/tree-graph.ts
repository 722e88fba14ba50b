import type { GraphBuilder } from '../../onnx/model-builder.js';
import type { Tree, TreeModel } from './tree-model.js';

/**
 * Adds the trees to a graph: reads the tensor `features` float[N, F] and names a tensor float[N, 1], a probability for binary
 * tasks. Thresholds and leaf values are float32 already, so that the graph takes the same way through every tree as the trainer did.
 * Sums are taken in float32: scores differ from `predictTrees` by rounding only.
 */
export function appendTrees(builder: GraphBuilder, features: string, model: TreeModel): string {
  const nodes = nodeAttributes();
  const trees = model.trees.length > 0 ? model.trees : [CONSTANT];
  for (const [id, tree] of trees.entries()) addTree(nodes, id, tree);
  const raw = model.task === 'binary' ? 'trees/log_odds' : 'score';
  builder.node(
    'TreeEnsembleRegressor',
    [features],
    [raw],
    {
      n_targets: { i: 1 },
      aggregate_function: { s: 'SUM' },
      post_transform: { s: 'NONE' },
      base_values: { floats: [model.baseScore] },
      nodes_treeids: { ints: nodes.treeIds },
      nodes_nodeids: { ints: nodes.nodeIds },
      nodes_featureids: { ints: nodes.featureIds },
      nodes_modes: { strings: nodes.modes },
      nodes_values: { floats: nodes.values },
      nodes_truenodeids: { ints: nodes.trueIds },
      nodes_falsenodeids: { ints: nodes.falseIds },
      nodes_missing_value_tracks_true: { ints: nodes.missingTrue },
      target_treeids: { ints: nodes.targetTreeIds },
      target_nodeids: { ints: nodes.targetNodeIds },
      target_ids: { ints: nodes.targetTreeIds.map(() => 0) },
      target_weights: { floats: nodes.targetWeights },
    },
    'ai.onnx.ml',
  );
  if (model.task === 'binary') builder.node('Sigmoid', [raw], ['score']);
  return 'score';
}

const CONSTANT: Tree = { feature: [], threshold: [], missingLeft: [], left: [], right: [], value: [0] };

interface NodeAttributes {
  readonly treeIds: number[];
  readonly nodeIds: number[];
  readonly featureIds: number[];
  readonly modes: string[];
  readonly values: number[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly missingTrue: number[];
  readonly targetTreeIds: number[];
  readonly targetNodeIds: number[];
  readonly targetWeights: number[];
}

function nodeAttributes(): NodeAttributes {
  const lists = { treeIds: [], nodeIds: [], featureIds: [], modes: [], values: [], trueIds: [], falseIds: [], missingTrue: [] };
  return { ...lists, targetTreeIds: [], targetNodeIds: [], targetWeights: [] };
}

/** Leaves are numbered after the nodes. */
function addTree(nodes: NodeAttributes, treeId: number, tree: Tree): void {
  const count = tree.feature.length;
  const idOf = (child: number): number => (child >= 0 ? child : count + ~child);
  const add = (id: number, mode: string, [feature, value, ifTrue, ifFalse, missing]: readonly number[]): void => {
    nodes.treeIds.push(treeId);
    nodes.nodeIds.push(id);
    nodes.modes.push(mode);
    nodes.featureIds.push(feature ?? 0);
    nodes.values.push(value ?? 0);
    nodes.trueIds.push(ifTrue ?? 0);
    nodes.falseIds.push(ifFalse ?? 0);
    nodes.missingTrue.push(missing ?? 0);
  };
  for (const [node, feature] of tree.feature.entries()) {
    const children = [idOf(tree.left[node] ?? -1), idOf(tree.right[node] ?? -1)];
    add(node, 'BRANCH_LEQ', [feature, tree.threshold[node] ?? Infinity, ...children, tree.missingLeft[node] === true ? 1 : 0]);
  }
  for (const [leaf, value] of tree.value.entries()) {
    add(count + leaf, 'LEAF', []);
    nodes.targetTreeIds.push(treeId);
    nodes.targetNodeIds.push(count + leaf);
    nodes.targetWeights.push(value);
  }
}

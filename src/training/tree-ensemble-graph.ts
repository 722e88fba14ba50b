import type { GraphBuilder } from '../onnx/model-builder.js';
import type { Tree, TreeModel } from './tree-model.js';

interface NodeLists {
  readonly treeIds: number[];
  readonly nodeIds: number[];
  readonly features: number[];
  readonly modes: string[];
  readonly values: number[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly missingTrue: number[];
  readonly targetTreeIds: number[];
  readonly targetNodeIds: number[];
  readonly targetIds: number[];
  readonly targetWeights: number[];
}

/** Appends the ensemble to a graph: `features` float[N, F] -> `score` float[N, 1]; binary tasks end with the sigmoid. */
export function appendTrees(builder: GraphBuilder, model: TreeModel, features: string): void {
  const lists: NodeLists = {
    treeIds: [],
    nodeIds: [],
    features: [],
    modes: [],
    values: [],
    trueIds: [],
    falseIds: [],
    missingTrue: [],
    targetTreeIds: [],
    targetNodeIds: [],
    targetIds: [],
    targetWeights: [],
  };
  for (const [index, tree] of model.trees.entries()) addTree(lists, tree, index);
  const raw = model.task === 'binary' ? 'trees/raw' : 'score';
  builder.node(
    'TreeEnsembleRegressor',
    [features],
    [raw],
    {
      n_targets: { i: 1 },
      aggregate_function: { s: 'SUM' },
      post_transform: { s: 'NONE' },
      base_values: { floats: [model.baseScore] },
      nodes_treeids: { ints: lists.treeIds },
      nodes_nodeids: { ints: lists.nodeIds },
      nodes_featureids: { ints: lists.features },
      nodes_modes: { strings: lists.modes },
      nodes_values: { floats: lists.values },
      nodes_truenodeids: { ints: lists.trueIds },
      nodes_falsenodeids: { ints: lists.falseIds },
      nodes_missing_value_tracks_true: { ints: lists.missingTrue },
      target_treeids: { ints: lists.targetTreeIds },
      target_nodeids: { ints: lists.targetNodeIds },
      target_ids: { ints: lists.targetIds },
      target_weights: { floats: lists.targetWeights },
    },
    'ai.onnx.ml',
  );
  if (model.task === 'binary') builder.node('Sigmoid', [raw], ['score']);
  builder.output('score', 'float', [null, 1]);
}

/** Branches keep their numbers; leaf l of a tree with B branches is node B + l. */
function addTree(lists: NodeLists, tree: Tree, treeId: number): void {
  const branches = tree.feature.length;
  const idOf = (child: number): number => (child >= 0 ? child : branches + ~child);
  for (let node = 0; node < branches; node += 1) {
    lists.treeIds.push(treeId);
    lists.nodeIds.push(node);
    lists.features.push(tree.feature[node] ?? 0);
    lists.modes.push('BRANCH_LEQ');
    lists.values.push(tree.threshold[node] ?? Number.POSITIVE_INFINITY);
    lists.trueIds.push(idOf(tree.left[node] ?? 0));
    lists.falseIds.push(idOf(tree.right[node] ?? 0));
    lists.missingTrue.push(tree.missingLeft[node] === true ? 1 : 0);
  }
  for (const [leaf, value] of tree.value.entries()) {
    lists.treeIds.push(treeId);
    lists.nodeIds.push(branches + leaf);
    lists.features.push(0);
    lists.modes.push('LEAF');
    lists.values.push(0);
    lists.trueIds.push(0);
    lists.falseIds.push(0);
    lists.missingTrue.push(0);
    lists.targetTreeIds.push(treeId);
    lists.targetNodeIds.push(branches + leaf);
    lists.targetIds.push(0);
    lists.targetWeights.push(value);
  }
}

import type { FeatureMatrix } from '../trainer-kind.js';
import type { Task } from '../../contracts/stages/feature.js';

/**
 * One tree. Node i sends a row left when `feature[i]` <= `threshold[i]` (compared as float32; null: every number), or when the value is
 * missing (NaN) and `missingLeft[i]`. `left` and `right` hold the next node, or ~leaf (negative) for a leaf. Root: node 0; a tree without
 * nodes is the one leaf. `value` holds the leaves' values (float32, learning rate included).
 */
export type Tree = {
  readonly feature: readonly number[];
  readonly threshold: readonly (number | null)[];
  readonly missingLeft: readonly boolean[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly value: readonly number[];
};

/** A gradient-boosted ensemble. Score = base score + sum of one leaf's value of each tree; binary tasks put it through the sigmoid. */
export type TreeModel = {
  readonly task: Task;
  readonly baseScore: number;
  readonly features: number;
  readonly trees: readonly Tree[];
};

/** Scores in float64, length `rows`: probabilities for binary tasks, values for regression. The reference for the exported graph. */
export function predictTrees(model: TreeModel, matrix: FeatureMatrix): Float64Array {
  const scores = new Float64Array(matrix.rows).fill(model.baseScore);
  for (const tree of model.trees) {
    for (let row = 0; row < matrix.rows; row += 1) scores[row] = (scores[row] ?? 0) + leafValue(tree, matrix, row);
  }
  return model.task === 'binary' ? scores.map((score) => 1 / (1 + Math.exp(-score))) : scores;
}

function leafValue(tree: Tree, { columns }: FeatureMatrix, row: number): number {
  let node = tree.feature.length === 0 ? -1 : 0;
  while (node >= 0) {
    const value = columns[tree.feature[node] ?? 0]?.[row] ?? Number.NaN;
    const threshold = tree.threshold[node] ?? Infinity;
    const goesLeft = value <= threshold || (tree.missingLeft[node] === true && Number.isNaN(value));
    node = (goesLeft ? tree.left[node] : tree.right[node]) ?? -1;
  }
  return tree.value[~node] ?? 0;
}

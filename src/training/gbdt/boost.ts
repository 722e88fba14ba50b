import type { BinTree, GrownTree, LeafRows } from './grow-tree.js';
import { TreeGrower } from './grow-tree.js';
import { bestConstant, fillGradients, reportedLoss } from './objective.js';
import { roundingBits } from './quantisation.js';
import type { SharedTraining } from './shared-training.js';
import { BLOCK_ROWS, BLOCK_SUMS } from './shared-training.js';
import type { SplitRules } from './split-search.js';
import type { TeamMember } from './team.js';

/** All that a fit has decided so far. Random numbers are functions of seed, tree and row, so there is no generator to save. */
export interface BoostState {
  readonly baseScore: number;
  readonly trees: readonly BinTree[];
  /** Loss before each tree, on the training rows and on the rows for early stopping (empty without). */
  readonly trainLosses: readonly number[];
  readonly validLosses: readonly number[];
}

/** What one member of the team tells about each tree; only the first member's is used. */
export interface BoostListener {
  /** After each evaluation: `trees` of them are in the scores. */
  evaluated(state: BoostState): void;
  /** After each tree. */
  grown(state: BoostState): void;
}

/** `diverged`: the loss is no finite number any more. `stopped`: a person ended it. */
export type BoostEnd = {
  readonly end: 'finished' | 'stopped-early' | 'no-gain' | 'diverged' | 'stopped';
  readonly state: BoostState;
};

/** The trees up to the least loss on the newest rows; all of them without early stopping. */
export function bestOf(state: BoostState): BoostState {
  const { validLosses } = state;
  const best = validLosses.reduce((least, loss, count) => (loss < (validLosses[least] ?? Infinity) ? count : least), 0);
  const count = validLosses.length === 0 ? state.trees.length : Math.max(1, best);
  return {
    baseScore: state.baseScore,
    trees: state.trees.slice(0, count),
    trainLosses: state.trainLosses.slice(0, count + 1),
    validLosses: validLosses.slice(0, count + 1),
  };
}

/** In log-odds, before the learning rate: a factor of 22,000 in the odds. */
const LONGEST_BINARY_STEP = 10;

interface Block extends LeafRows {
  readonly leaf: number;
}

/**
 * The boosting loop. Every member of the team runs it on the same shared memory and returns the same state, whatever their number:
 * histogram sums are exact integers, sums of fractions are taken in fixed blocks.
 */
export class Booster {
  readonly #shared: SharedTraining;
  readonly #team: TeamMember;
  readonly #grower: TreeGrower;
  readonly #trees: BinTree[];
  readonly #trainLosses: number[];
  readonly #validLosses: number[];
  readonly #baseScore: number;

  constructor(shared: SharedTraining, team: TeamMember, start: BoostState | null) {
    const { data, options } = shared;
    this.#shared = shared;
    this.#team = team;
    this.#grower = new TreeGrower(shared, team);
    this.#baseScore = start?.baseScore ?? bestConstant(options.task, data.labels.subarray(0, data.trainRows));
    this.#trees = [...(start?.trees ?? [])];
    this.#trainLosses = [...(start?.trainLosses ?? [])];
    this.#validLosses = [...(start?.validLosses ?? [])];
  }

  /** Only whole trees, and the losses before each of them. */
  get state(): BoostState {
    const count = this.#trees.length;
    return {
      baseScore: this.#baseScore,
      trees: this.#trees.slice(),
      trainLosses: this.#trainLosses.slice(0, count),
      validLosses: this.#validLosses.slice(0, count),
    };
  }

  run(listener: BoostListener): BoostEnd {
    const { parameters } = this.#shared.options;
    this.#replay();
    for (;;) {
      const { maxGradient, maxHessian } = this.#evaluate();
      const evaluated = { ...this.state, trainLosses: this.#trainLosses, validLosses: this.#validLosses };
      listener.evaluated(evaluated);
      const losses = [this.#trainLosses.at(-1), this.#validLosses.at(-1) ?? 0];
      if (!losses.every(Number.isFinite)) return { end: 'diverged', state: evaluated };
      if (this.#stopsEarly()) return { end: 'stopped-early', state: this.#truncated() };
      if (this.#trees.length === parameters.trees) return { end: 'finished', state: this.#truncated() };

      const rules = this.#quantise(maxGradient, maxHessian);
      const grown = this.#grower.grow(this.#activeFeatures(), rules);
      if (grown.feature.length === 0) return { end: 'no-gain', state: this.#truncated() };
      this.#trees.push(this.#addToScores(grown));
      listener.grown(this.state);
    }
  }

  /** With early stopping, the trees up to the least loss on the newest rows. */
  #truncated(): BoostState {
    const count = this.#validLosses.length === 0 ? this.#trees.length : Math.max(1, this.#bestCount());
    return {
      baseScore: this.#baseScore,
      trees: this.#trees.slice(0, count),
      trainLosses: this.#trainLosses.slice(0, count + 1),
      validLosses: this.#validLosses.slice(0, count + 1),
    };
  }

  #bestCount(): number {
    return this.#validLosses.reduce((best, loss, count) => (loss < (this.#validLosses[best] ?? Infinity) ? count : best), 0);
  }

  #stopsEarly(): boolean {
    const { earlyStopping } = this.#shared.options.parameters;
    return this.#validLosses.length > 0 && this.#trees.length - this.#bestCount() >= earlyStopping;
  }

  /** Scores of a resumed fit, added up in the order of the trees, as the first fit did. */
  #replay(): void {
    const { data, scores } = this.#shared;
    const [from, to] = this.#team.share(0, data.rows);
    scores.fill(this.#baseScore, from, to);
    for (const tree of this.#trees) this.#addTree(tree, from, to);
    this.#team.barrier();
  }

  #addTree(tree: BinTree, from: number, to: number): void {
    const { data, scores } = this.#shared;
    for (let row = from; row < to; row += 1) {
      const first = row * data.features;
      let node = 0;
      while (node >= 0) {
        const feature = tree.feature[node] as number;
        const bin = data.bins[first + feature] as number;
        const missing = bin === data.binCounts[feature];
        const goesLeft = missing ? (tree.missingLeft[node] as boolean) : bin <= (tree.bin[node] as number);
        node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
      }
      scores[row] = (scores[row] as number) + (tree.value[~node] as number);
    }
  }

  /** Gradients, hessians and losses at the current scores. */
  #evaluate(): { readonly maxGradient: number; readonly maxHessian: number } {
    const { data, options, blockSums, scores, gradients, hessians } = this.#shared;
    const { labels, rows, trainRows } = data;
    const trainBlocks = blocksOf([{ from: 0, to: trainRows, buffer: 0 }]);
    const blocks = [...trainBlocks, ...blocksOf([{ from: trainRows, to: rows, buffer: 0 }])];
    this.#mine(blocks, ({ from, to }, index) => {
      const sums = fillGradients(options.task, { scores, labels, gradients, hessians, from, to });
      blockSums.set([sums.loss, sums.maxGradient, sums.maxHessian], index * BLOCK_SUMS);
    });
    this.#team.barrier();
    let trainLoss = 0;
    let validLoss = 0;
    let maxGradient = 0;
    let maxHessian = 0;
    for (let index = 0; index < blocks.length; index += 1) {
      const loss = blockSums[index * BLOCK_SUMS] as number;
      if (index >= trainBlocks.length) {
        validLoss += loss;
        continue;
      }
      trainLoss += loss;
      maxGradient = Math.max(maxGradient, blockSums[index * BLOCK_SUMS + 1] as number);
      maxHessian = Math.max(maxHessian, blockSums[index * BLOCK_SUMS + 2] as number);
    }
    this.#trainLosses.push(reportedLoss(options.task, trainLoss, trainRows));
    if (rows > trainRows) this.#validLosses.push(reportedLoss(options.task, validLoss, rows - trainRows));
    return { maxGradient, maxHessian };
  }

  #quantise(maxGradient: number, maxHessian: number): SplitRules {
    const { data, options, quantisation, quantised, gradients, hessians, order } = this.#shared;
    const { lanes, shift, gradientLevels, hessianLevels } = quantisation;
    const gradientScale = maxGradient > 0 ? gradientLevels / maxGradient : 1;
    const hessianScale = maxHessian > 0 ? hessianLevels / maxHessian : 1;
    const treeSeed = roundingBits(this.#trees.length, options.seed | 0) | 0;
    const [from, to] = this.#team.share(0, data.trainRows);
    const [identity] = order;
    for (let row = from; row < to; row += 1) {
      identity[row] = row;
      const bits = roundingBits(row, treeSeed);
      const gradient = Math.floor((gradients[row] as number) * gradientScale + (bits >>> 16) / 65_536);
      const hessian = Math.floor((hessians[row] as number) * hessianScale + (bits & 0xffff) / 65_536);
      if (lanes === 1) quantised[row] = gradient * shift + hessian;
      else {
        quantised[2 * row] = gradient;
        quantised[2 * row + 1] = hessian;
      }
    }
    this.#team.barrier();
    return {
      lanes,
      shift,
      gradientUnit: 1 / gradientScale,
      hessianUnit: 1 / hessianScale,
      l2: options.parameters.l2,
      minRowsInLeaf: options.parameters.minRowsInLeaf,
      binCounts: data.binCounts,
    };
  }

  /** A share `featureFraction` of the features, at least one, drawn for each tree. */
  #activeFeatures(): Int32Array {
    const { data, options } = this.#shared;
    const features = Int32Array.from({ length: data.features }, (_, feature) => feature);
    const count = Math.max(1, Math.ceil(options.parameters.featureFraction * data.features));
    const treeSeed = roundingBits(~this.#trees.length, options.seed | 0) | 0;
    for (let i = 0; i < count && count < data.features; i += 1) {
      const j = i + (roundingBits(i, treeSeed) % (data.features - i));
      const drawn = features[j] as number;
      features[j] = features[i] as number;
      features[i] = drawn;
    }
    return features.subarray(0, count).sort();
  }

  /**
   * Leaf values -learningRate * G / (H + l2) from exact gradients, added to the scores. A binary leaf of rows that the scores are already sure
   * of has next to no H: its step is bounded, or a few odd rows would throw it ever further off.
   */
  #addToScores({ leaves, ...nodes }: GrownTree): BinTree {
    const { data, options, order, gradients, hessians, blockSums, scores } = this.#shared;
    const { learningRate, l2 } = options.parameters;
    const longest = options.task === 'binary' ? LONGEST_BINARY_STEP : Infinity;
    const blocks = blocksOf(leaves);
    this.#mine(blocks, ({ from, to, buffer }, index) => {
      const rows = order[buffer];
      let gradient = 0;
      let hessian = 0;
      for (let position = from; position < to; position += 1) {
        const row = rows[position] as number;
        gradient += gradients[row] as number;
        hessian += hessians[row] as number;
      }
      blockSums.set([gradient, hessian], index * BLOCK_SUMS);
    });
    this.#team.barrier();
    const gradientSums = leaves.map(() => 0);
    const hessianSums = leaves.map(() => 0);
    for (const [index, { leaf }] of blocks.entries()) {
      gradientSums[leaf] = (gradientSums[leaf] ?? 0) + (blockSums[index * BLOCK_SUMS] as number);
      hessianSums[leaf] = (hessianSums[leaf] ?? 0) + (blockSums[index * BLOCK_SUMS + 1] as number);
    }
    const value = gradientSums.map((gradient, leaf) => {
      const curvature = (hessianSums[leaf] ?? 0) + l2;
      const step = curvature > 0 ? -gradient / curvature : 0;
      return Math.fround(learningRate * Math.min(Math.max(step, -longest), longest));
    });
    this.#mine(blocks, ({ from, to, buffer, leaf }) => {
      const rows = order[buffer];
      const step = value[leaf] ?? 0;
      for (let position = from; position < to; position += 1) {
        const row = rows[position] as number;
        scores[row] = (scores[row] as number) + step;
      }
    });
    const tree = { ...nodes, value };
    this.#addTree(tree, ...this.#team.share(data.trainRows, data.rows));
    this.#team.barrier();
    return tree;
  }

  #mine(blocks: readonly Block[], work: (block: Block, index: number) => void): void {
    for (let index = this.#team.index; index < blocks.length; index += this.#team.size) work(blocks[index] as Block, index);
  }
}

function blocksOf(parts: readonly LeafRows[]): readonly Block[] {
  return parts.flatMap(({ from, to, buffer }, leaf) =>
    Array.from({ length: Math.ceil((to - from) / BLOCK_ROWS) }, (_, block) => {
      const start = from + block * BLOCK_ROWS;
      return { from: start, to: Math.min(start + BLOCK_ROWS, to), buffer, leaf };
    }),
  );
}

import { addToHistogram, clearHistogram } from './histogram.js';
import type { SharedTraining } from './shared-training.js';
import { CELLS } from './shared-training.js';
import type { LeafSums, Split, SplitRules } from './split-search.js';
import { bestCandidate, findBestSplit, sumsOf } from './split-search.js';
import type { TeamMember } from './team.js';

/** A tree over bins: as `Tree`, with the number of a bin instead of a threshold. Plain, so that checkpoints can hold it. */
export interface BinTree {
  readonly feature: readonly number[];
  readonly bin: readonly number[];
  readonly missingLeft: readonly boolean[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly value: readonly number[];
}

/** Rows of a leaf: `order[buffer][from..to)`. */
export interface LeafRows {
  readonly from: number;
  readonly to: number;
  readonly buffer: 0 | 1;
}

export interface GrownTree extends Omit<BinTree, 'value'> {
  readonly leaves: readonly LeafRows[];
}

interface OpenLeaf {
  readonly rows: LeafRows;
  readonly sums: LeafSums;
  readonly slot: number;
  readonly split: Split | null;
}

/** Below this number of rows a second thread costs more than it gives. */
const GRAIN_ROWS = 4_096;

/**
 * Grows one tree leaf by leaf, best gain first, until `leaves` leaves or no split gains. Every member of the team runs it; all return the
 * same tree. Histograms are built for the smaller child and subtracted from the parent's for the larger one.
 * Primary source: Ke et al., LightGBM (NIPS 2017).
 */
export class TreeGrower {
  readonly #shared: SharedTraining;
  readonly #team: TeamMember;
  readonly #scratch: readonly [Int32Array, Int32Array];
  /** By bin: 1 = left. */
  readonly #goesLeft = new Uint8Array(CELLS);

  constructor(shared: SharedTraining, team: TeamMember) {
    this.#shared = shared;
    this.#team = team;
    const most = shared.data.trainRows + 1;
    this.#scratch = [new Int32Array(most), new Int32Array(most)];
  }

  /** `order[0]` must hold all training rows. Needs `quantised` of this tree. */
  grow(active: Int32Array, rules: SplitRules): GrownTree {
    const { data, options } = this.#shared;
    const tree = {
      feature: [] as number[],
      bin: [] as number[],
      missingLeft: [] as boolean[],
      left: [] as number[],
      right: [] as number[],
    };
    /** Where each leaf hangs: the array and the node that point to it. */
    const parents: { side: number[]; node: number }[] = [];
    const leaves: OpenLeaf[] = [this.#root({ from: 0, to: data.trainRows, buffer: 0 }, active, rules)];
    for (let next = best(leaves); next >= 0 && leaves.length < options.parameters.leaves; next = best(leaves)) {
      const leaf = leaves[next] as OpenLeaf;
      const split = leaf.split as Split;
      const node = tree.feature.length;
      const parent = parents[next];
      if (parent !== undefined) parent.side[parent.node] = node;
      tree.feature.push(split.feature);
      tree.bin.push(split.bin);
      tree.missingLeft.push(split.missingLeft);
      tree.left.push(~next);
      tree.right.push(~leaves.length);
      parents[next] = { side: tree.left, node };
      parents[leaves.length] = { side: tree.right, node };
      const isLast = leaves.length + 1 === options.parameters.leaves;
      const [left, right] = this.#split(leaf, split, { slot: leaves.length, active, rules, isLast });
      leaves[next] = left;
      leaves.push(right);
    }
    return { ...tree, leaves: leaves.map(({ rows }) => rows) };
  }

  #root(rows: LeafRows, active: Int32Array, rules: SplitRules): OpenLeaf {
    this.#buildPartial(rows, active);
    this.#team.barrier();
    const mine = this.#featuresOf(active);
    const histogram = this.#histogram(0);
    this.#merge(rows, mine, histogram, null);
    this.#team.barrier();
    const sums = sumsOf(histogram, active[0] ?? 0, rows.to - rows.from, rules);
    findBestSplit(histogram, sums, mine, rules, this.#shared.candidates, 2 * this.#team.index);
    this.#team.barrier();
    return { rows, sums, slot: 0, split: bestCandidate(this.#shared.candidates, this.#slots(0)) };
  }

  #split(
    leaf: OpenLeaf,
    split: Split,
    { slot, active, rules, isLast }: { slot: number; active: Int32Array; rules: SplitRules; isLast: boolean },
  ): readonly [OpenLeaf, OpenLeaf] {
    const [leftRows, rightRows] = this.#partition(leaf.rows, split);
    const count = ({ from, to }: LeafRows): number => to - from;
    const leftSums = { gradient: split.gradient, hessian: split.hessian, rows: count(leftRows) };
    const rightSums = {
      gradient: leaf.sums.gradient - split.gradient,
      hessian: leaf.sums.hessian - split.hessian,
      rows: count(rightRows),
    };
    const leftIsSmaller = leftSums.rows <= rightSums.rows;
    const leftSlot = leftIsSmaller ? slot : leaf.slot;
    const rightSlot = leftIsSmaller ? leaf.slot : slot;
    const left = { rows: leftRows, sums: leftSums, slot: leftSlot, split: null };
    const right = { rows: rightRows, sums: rightSums, slot: rightSlot, split: null };
    if (isLast) return [left, right];

    const smaller = leftIsSmaller ? leftRows : rightRows;
    this.#buildPartial(smaller, active);
    this.#team.barrier();
    const mine = this.#featuresOf(active);
    this.#merge(smaller, mine, this.#histogram(slot), this.#histogram(leaf.slot));
    const { candidates } = this.#shared;
    findBestSplit(this.#histogram(leftSlot), leftSums, mine, rules, candidates, 2 * this.#team.index);
    findBestSplit(this.#histogram(rightSlot), rightSums, mine, rules, candidates, 2 * this.#team.index + 1);
    this.#team.barrier();
    return [
      { ...left, split: bestCandidate(candidates, this.#slots(0)) },
      { ...right, split: bestCandidate(candidates, this.#slots(1)) },
    ];
  }

  /** Moves a leaf's rows to the other buffer, left ones first, keeping their order. */
  #partition({ from, to, buffer }: LeafRows, split: Split): readonly [LeafRows, LeafRows] {
    const { data, order, leftCounts } = this.#shared;
    const source = order[buffer];
    const [first, end] = this.#team.share(from, to, GRAIN_ROWS);
    const [lefts, rights] = this.#scratch;
    const column = data.columns.subarray(split.feature * data.rows, (split.feature + 1) * data.rows);
    const goesLeft = this.#goesLeft;
    goesLeft.fill(0).fill(1, 0, split.bin + 1);
    goesLeft[data.binCounts[split.feature] as number] = split.missingLeft ? 1 : 0;
    let left = 0;
    let right = 0;
    // Every row is written to both sides and one end moves on: a branch here would be mispredicted for every other row.
    for (let position = first; position < end; position += 1) {
      const row = source[position] as number;
      const step = goesLeft[column[row] as number] as number;
      lefts[left] = row;
      rights[right] = row;
      left += step;
      right += 1 - step;
    }
    leftCounts[this.#team.index] = left;
    this.#team.barrier();
    let leftBefore = 0;
    let total = 0;
    for (let member = 0; member < this.#team.size; member += 1) {
      if (member < this.#team.index) leftBefore += leftCounts[member] as number;
      total += leftCounts[member] as number;
    }
    const target = order[buffer === 0 ? 1 : 0];
    target.set(lefts.subarray(0, left), from + leftBefore);
    target.set(rights.subarray(0, right), from + total + (first - from - leftBefore));
    this.#team.barrier();
    const other = buffer === 0 ? 1 : 0;
    return [
      { from, to: from + total, buffer: other },
      { from: from + total, to, buffer: other },
    ];
  }

  #buildPartial({ from, to, buffer }: LeafRows, active: Int32Array): void {
    const { data, order, quantised, quantisation } = this.#shared;
    const [first, end] = this.#team.share(from, to, GRAIN_ROWS);
    if (first === end) return;
    const histogram = this.#partial(this.#team.index);
    clearHistogram(histogram, active, quantisation.lanes);
    const { bins, features } = data;
    addToHistogram(
      { histogram, bins, features, active, order: order[buffer], from: first, to: end, quantised },
      quantisation.lanes,
    );
  }

  /** Sums the threads' histograms of some features into `target`, and takes them from `parent`, which becomes the sibling's. */
  #merge({ from, to }: LeafRows, features: Int32Array, target: Float64Array, parent: Float64Array | null): void {
    const { lanes } = this.#shared.quantisation;
    const members = this.#team.sharers(to - from, GRAIN_ROWS);
    for (const feature of features) {
      const first = feature * CELLS * lanes;
      const end = first + CELLS * lanes;
      target.set(this.#partial(0).subarray(first, end), first);
      for (let member = 1; member < members; member += 1) {
        const partial = this.#partial(member);
        for (let cell = first; cell < end; cell += 1) target[cell] = (target[cell] as number) + (partial[cell] as number);
      }
      if (parent === null) continue;
      for (let cell = first; cell < end; cell += 1) parent[cell] = (parent[cell] as number) - (target[cell] as number);
    }
  }

  #featuresOf(active: Int32Array): Int32Array {
    return active.subarray(...this.#team.share(0, active.length));
  }

  #slots(child: 0 | 1): readonly number[] {
    return Array.from({ length: this.#team.size }, (_, member) => 2 * member + child);
  }

  #histogram(slot: number): Float64Array {
    return part(this.#shared.histograms, slot, this.#shared);
  }

  #partial(member: number): Float64Array {
    return part(this.#shared.partials, member, this.#shared);
  }
}

function part(all: Float64Array, index: number, { data, quantisation }: SharedTraining): Float64Array {
  const size = data.features * CELLS * quantisation.lanes;
  return all.subarray(index * size, (index + 1) * size);
}

/** The leaf with most gain, the earliest of equals; -1 when none can be split. */
function best(leaves: readonly OpenLeaf[]): number {
  let chosen = -1;
  let gain = 0;
  for (const [index, { split }] of leaves.entries()) {
    if (split === null || split.gain <= gain) continue;
    chosen = index;
    gain = split.gain;
  }
  return chosen;
}

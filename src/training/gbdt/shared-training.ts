import type { Task } from '../../contracts/stages/feature.js';
import type { GbdtSettings } from '../../contracts/stages/train.js';
import type { Quantisation } from './quantisation.js';

/** Cells of one feature in a histogram: 255 bins and one for missing values. */
export const CELLS = 256;
/** Rows of one block: sums of fractions are taken inside blocks, then over blocks in order, whoever computes them. */
export const BLOCK_ROWS = 8_192;

/** A data set as bins, in shared memory. Rows [0, trainRows) train; the rest, the newest, is for early stopping. */
export interface BinnedRows {
  readonly rows: number;
  readonly trainRows: number;
  readonly features: number;
  /** Row after row, one byte for each feature. The bin of missing values is `binCounts[f]`. */
  readonly bins: Uint8Array;
  /** The same bins, feature after feature: splitting a leaf reads one feature only. */
  readonly columns: Uint8Array;
  /** Bins of numbers, by feature: 1..255. */
  readonly binCounts: Int32Array;
  /** Upper bounds of feature f from `f * CELLS`, `binCounts[f] - 1` of them. */
  readonly bounds: Float32Array;
  readonly labels: Float32Array;
}

export interface FitOptions {
  readonly task: Task;
  readonly parameters: GbdtSettings;
  readonly seed: number;
  /** Trees between two checkpoints. */
  readonly checkpointEvery: number;
  /** Names the data and options; a checkpoint of another fingerprint is not resumed. */
  readonly fingerprint: string;
}

/** Everything that the threads of one fit share. All arrays lie over SharedArrayBuffers. */
export interface SharedTraining {
  readonly control: Int32Array;
  readonly data: BinnedRows;
  readonly options: FitOptions;
  readonly quantisation: Quantisation;
  /** Raw score of each row. */
  readonly scores: Float64Array;
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  /** Quantised gradient and hessian: `lanes` numbers for each training row. */
  readonly quantised: Float64Array;
  /** Training rows, grouped by leaf, in row order inside a leaf; a split moves a leaf's rows from one array to the other. */
  readonly order: readonly [Int32Array, Int32Array];
  /** One histogram for each thread, and one for each leaf. */
  readonly partials: Float64Array;
  readonly histograms: Float64Array;
  readonly blockSums: Float64Array;
  readonly leftCounts: Int32Array;
  readonly candidates: Float64Array;
}

export const BLOCK_SUMS = 4;
/** Numbers of one split candidate, and two candidates (one for each child) for each thread. */
export const CANDIDATE_SIZE = 6;

export function allocateTraining(
  parts: Pick<SharedTraining, 'control' | 'data' | 'options' | 'quantisation'>,
  threads: number,
): SharedTraining {
  const { data, options, quantisation } = parts;
  const { rows, trainRows, features } = data;
  const { leaves } = options.parameters;
  const histogram = features * CELLS * quantisation.lanes;
  const blocks = Math.ceil(rows / BLOCK_ROWS) + leaves + 1;
  return {
    ...parts,
    scores: sharedDoubles(rows),
    gradients: sharedFloats(rows),
    hessians: sharedFloats(rows),
    quantised: sharedDoubles(trainRows * quantisation.lanes),
    order: [sharedIntegers(trainRows), sharedIntegers(trainRows)],
    partials: sharedDoubles(histogram * threads),
    histograms: sharedDoubles(histogram * leaves),
    blockSums: sharedDoubles(blocks * BLOCK_SUMS),
    leftCounts: sharedIntegers(threads),
    candidates: sharedDoubles(threads * 2 * CANDIDATE_SIZE),
  };
}

export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

export function sharedBytes(length: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function sharedIntegers(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

function sharedDoubles(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

import type { MessagePort } from 'node:worker_threads';
import type { BinFinder } from './bin-bounds.js';
import { binOf, createBinFinder, findBinBounds } from './bin-bounds.js';
import type { BoostEnd, BoostState } from './boost.js';
import { Booster } from './boost.js';
import { encodeCheckpoint } from './checkpoint.js';
import type { BinnedRows, SharedTraining } from './shared-training.js';
import { CELLS } from './shared-training.js';
import { TeamAborted, TeamMember } from './team.js';

/** Raw features, feature after feature, in shared memory. */
export interface RawFeatures {
  readonly rows: number;
  readonly trainRows: number;
  readonly features: number;
  readonly values: Float32Array;
}

export interface BoundsTask {
  readonly raw: RawFeatures;
  readonly bounds: Float32Array;
  readonly binCounts: Int32Array;
  readonly maxBins: number;
  readonly features: readonly number[];
}

/** Entry of a thread: bounds and number of bins of some features, from the training rows. */
export function findBounds({ raw, bounds, binCounts, maxBins, features }: BoundsTask): void {
  for (const feature of features) {
    const start = feature * raw.rows;
    const found = findBinBounds(raw.values.subarray(start, start + raw.trainRows), maxBins);
    bounds.set(found, feature * CELLS);
    binCounts[feature] = found.length + 1;
  }
}

export interface EncodeTask {
  readonly raw: RawFeatures;
  readonly binned: BinnedRows;
  readonly from: number;
  readonly to: number;
}

/** Rows whose bins stay in the processor's cache while all features are written. */
const TILE_ROWS = 1_024;

/** Entry of a thread: writes the bins of the rows [from, to). Returns the training rows in each cell. */
export function encodeRows({ raw, binned, from, to }: EncodeTask): Int32Array {
  const { features, bins, columns, binCounts, trainRows } = binned;
  const counts = new Int32Array(features * CELLS);
  const finders = Array.from(binCounts, (count, feature) =>
    createBinFinder(binned.bounds.subarray(feature * CELLS, feature * CELLS + count - 1)),
  );
  for (let start = from; start < to; start += TILE_ROWS) {
    const end = Math.min(start + TILE_ROWS, to);
    for (let feature = 0; feature < features; feature += 1) {
      const cell = feature * CELLS;
      const finder = finders[feature] as BinFinder;
      for (let row = start; row < end; row += 1) {
        const bin = binOf(finder, raw.values[feature * raw.rows + row] as number);
        bins[row * features + feature] = bin;
        columns[feature * raw.rows + row] = bin;
        if (row < trainRows) counts[cell + bin] = (counts[cell + bin] ?? 0) + 1;
      }
    }
  }
  return counts;
}

export interface BoostTask {
  readonly shared: SharedTraining;
  readonly index: number;
  readonly threads: number;
  readonly start: BoostState | null;
  /** Only the first member has one. */
  readonly port: MessagePort | null;
}

export type BoostMessage =
  | { readonly type: 'evaluated'; readonly trees: number; readonly trainLoss: number; readonly validLoss: number | null }
  | { readonly type: 'checkpoint'; readonly bytes: Uint8Array };

export type BoostAnswer = BoostEnd | { readonly end: 'aborted'; readonly checkpoint: Uint8Array | null };

/** Entry of a thread: one member of the team that boosts. The first member's answer counts. */
export function boost({ shared, index, threads, start, port }: BoostTask): BoostAnswer {
  const { options } = shared;
  const booster = new Booster(shared, new TeamMember(shared.control, index, threads), start);
  const send = (message: BoostMessage): void => {
    port?.postMessage(message);
  };
  try {
    return booster.run({
      evaluated: ({ trees, trainLosses, validLosses }) => {
        const trainLoss = trainLosses.at(-1) ?? Number.NaN;
        send({ type: 'evaluated', trees: trees.length, trainLoss, validLoss: validLosses.at(-1) ?? null });
      },
      grown: (state) => {
        if (port === null || state.trees.length % options.checkpointEvery !== 0) return;
        send({ type: 'checkpoint', bytes: encodeCheckpoint(options.fingerprint, state) });
      },
    });
  } catch (error) {
    if (!(error instanceof TeamAborted)) throw error;
    const { state } = booster;
    const worthKeeping = index === 0 && state.trees.length > (start?.trees.length ?? 0);
    return { end: 'aborted', checkpoint: worthKeeping ? encodeCheckpoint(options.fingerprint, state) : null };
  }
}
